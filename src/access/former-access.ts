import type { AccessConfig } from '../config/access-config.ts';
import { isOurDocument } from '../iam/access-policy.ts';
import { principalsOf, statementsOf } from '../iam/compare-policy.ts';
import { kolenaSid } from '../iam/trust-policy.ts';
import type { RoleRemoval } from './desired-access.ts';
import type { Observed, ObservedPolicy, ObservedRole } from './observed.ts';
import { policyNumberOf } from './policy-names.ts';

/** What a version of the config says by which its role and policies are found. */
export type AccessNames = Pick<AccessConfig, 'roleName' | 'policyName' | 'iamPath' | 'kolenaPrincipalArn'>;

/** Names that the config gave before, and what stands under them. */
export interface FormerAccess {
  readonly names: AccessNames;
  /** Present while a role of the former name trusts Kolena. */
  readonly role?: ObservedRole;
  /** Those of ours, as seen from that role. */
  readonly policies: readonly ObservedPolicy[];
  /** AWS's words when this run is not allowed to read that role. */
  readonly denied?: string;
}

/** Whether two versions of a config name another role; IAM tells no names apart by case. */
export function isSameRole(
  one: Pick<AccessNames, 'roleName'>,
  other: Pick<AccessNames, 'roleName'>,
): boolean {
  return one.roleName.toLowerCase() === other.roleName.toLowerCase();
}

/** Whether a role lets Kolena's principal in by a statement of ours. */
export function trustsKolena({ trustPolicy }: ObservedRole, { kolenaPrincipalArn }: AccessNames): boolean {
  return statementsOf(trustPolicy).some(
    (statement) =>
      statement.Sid === kolenaSid &&
      statement.Effect === 'Allow' &&
      principalsOf(statement).includes(`AWS:${kolenaPrincipalArn}`),
  );
}

/** Whether the config named a policy so before. */
export function isFormerName({ former = [] }: Pick<Observed, 'former'>, name: string): boolean {
  return former.some(({ names }) => policyNumberOf(names.policyName, name) !== undefined);
}

/** Former roles that go; one that holds a policy of others stays, since AWS does not delete it (DeleteConflict). */
export function formerRoleRemovals({ former = [] }: Pick<Observed, 'former'>): RoleRemoval[] {
  return former.flatMap(({ role, policies }) => {
    if (role === undefined || !holdsOursAlone(role, policies)) return [];
    return [{ name: role.name, path: role.path, policyArns: role.attachedPolicies.map(({ arn }) => arn) }];
  });
}

/** Policies that go with former roles: those that serve nobody else and are not today's. */
export function policiesOfFormerRoles({ former = [], policies: todays }: Observed): ObservedPolicy[] {
  const going = new Set(formerRoleRemovals({ former }).flatMap(({ policyArns }) => policyArns));
  return former
    .flatMap(({ role, policies }) => (role === undefined ? [] : policies))
    .filter(
      ({ arn, usedElsewhere }) =>
        going.has(arn) && usedElsewhere === 0 && !todays.some((policy) => policy.arn === arn),
    )
    .map((policy) => ({ ...policy, attached: false }));
}

function holdsOursAlone(role: ObservedRole, policies: readonly ObservedPolicy[]): boolean {
  const ours = policies.filter(({ document }) => isOurDocument(document)).map(({ arn }) => arn);
  return role.inlinePolicyNames.length === 0 && role.attachedPolicies.every(({ arn }) => ours.includes(arn));
}

/** The commands that delete a role with whatever it holds. */
export function deletionCommands({ name, attachedPolicies, inlinePolicyNames }: ObservedRole): string {
  const aws = (command: string, rest = '') => `aws iam ${command} --role-name ${name}${rest}`;
  return [
    ...attachedPolicies.map(({ arn }) => aws('detach-role-policy', ` --policy-arn ${arn}`)),
    ...inlinePolicyNames.map((inline) => aws('delete-role-policy', ` --policy-name ${inline}`)),
    aws('delete-role'),
  ].join('\n');
}
