import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { configuredBuckets, decideCors, removeCors } from './decide-cors.ts';
import {
  decidePolicies,
  removalOf,
  requireDispensableVersions,
  requireNoOthersPolicy,
  requireUsedHereAlone,
} from './decide-policies.ts';
import { decideRole, requireNoOtherPrincipals } from './decide-role.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { CheckContext } from '../iam/temporary-statement.ts';
import { grantedBuckets } from '../iam/statements-by-bucket.ts';
import type { AttachedPolicy, Observed, ObservedRole } from './observed.ts';
import { formerRoles, livePolicies, type LivePolicies } from './our-policies.ts';
import { parseArn, partitionOfRegion } from '../config/arn.ts';
import { unreadWarnings, warningsOf } from './warnings.ts';

/** What a decision needs to know besides config and AWS. */
export interface DecideOptions {
  readonly region: string;
  /** Whether what others made or what cannot be brought back may be replaced. @default false */
  readonly allowDestroy?: boolean | undefined;
  /** A permanent verifier that the trust policy names beside Kolena. @default none */
  readonly verifierArn?: string | undefined;
  /** Tells the statement of a check from one of others that bears its name. @default none is a check's */
  readonly now?: Date;
}

/** What shall stand in AWS; throws `invalid-input` beyond its limits, `destroy-refused` for what others would lose. */
export function decideAccess(
  config: AccessConfig,
  observed: Observed,
  options: DecideOptions,
): DesiredAccess {
  const partition = requireOnePartition(config, observed, options);
  const live = livePolicies(config, observed);
  const { policies, removals } = decidePolicies({ config, observed, live, partition });
  const checks = checkContextOf(config, observed, options);
  if (options.allowDestroy !== true) {
    if (observed.role) requireNoOtherPrincipals(observed.role, config, checks);
    requireNoOthersPolicy(live);
    requireDispensableVersions(policies, live);
  }
  const dropped = droppedBuckets(config, observed, live);
  const unserved = config.cors === 'off' ? [...configuredBuckets(config), ...dropped] : dropped;
  return {
    ...whereabouts(observed, options, partition),
    role: decideRole(config, observed.role, { verifierArn: options.verifierArn, checks }),
    policies,
    cors: config.cors === 'off' ? [] : decideCors({ config, observed }),
    tags: config.tags,
    removals: {
      policies: removals,
      formerRoles: formerRoles(observed.former),
      cors: removeCors(unserved, { config, observed, region: options.region }),
    },
    warnings: warningsOf({ config, observed, live, now: options.now }),
  };
}

/** What goes with all of Kolena's access; throws `destroy-refused` where AWS would delete neither role nor policies. */
export function decideRemoval(
  config: AccessConfig,
  observed: Observed,
  options: DecideOptions,
): DesiredAccess {
  const partition = requireOnePartition(config, observed, options);
  const live = livePolicies(config, observed);
  const { role } = observed;
  if (role) {
    if (options.allowDestroy !== true)
      requireNoOtherPrincipals(role, config, checkContextOf(config, observed, options));
    requireNoOtherPolicies(role, live.foreign);
  }
  requireUsedHereAlone(live.ours);
  const buckets = [...configuredBuckets(config), ...droppedBuckets(config, observed, live)].filter(
    (bucket) => !unreadNames(observed).has(bucket),
  );
  return {
    ...whereabouts(observed, options, partition),
    policies: [],
    cors: [],
    tags: config.tags,
    removals: {
      ...(role && { role: { name: role.name, path: role.path } }),
      policies: [...live.ours, ...live.former].map(removalOf),
      formerRoles: formerRoles(observed.former),
      cors: removeCors(buckets, { config, observed, region: options.region }),
    },
    warnings: unreadWarnings(observed),
  };
}

function checkContextOf(
  { kolenaExternalId: externalId }: AccessConfig,
  { caller }: Observed,
  { now = new Date(0) }: DecideOptions,
): CheckContext {
  return { now, accountId: caller?.accountId, externalId };
}

function unreadNames({ unread = [] }: Observed): Set<string> {
  return new Set(unread.map(({ name }) => name));
}

function whereabouts({ caller }: Observed, { region }: DecideOptions, partition: string) {
  return defined({ partition, accountId: caller?.accountId, region });
}

/** Buckets that were granted before and are not configured any more, as far as this run may read them. */
function droppedBuckets(config: AccessConfig, observed: Observed, { ours, former }: LivePolicies): string[] {
  const configured = new Set([...configuredBuckets(config), ...unreadNames(observed)]);
  const granted = grantedBuckets([...ours, ...former].map(({ document }) => document));
  return granted.filter((bucket) => !configured.has(bucket));
}

/** A role can only be assumed from its own partition; the parser has held the config's other ARNs to the principal's. */
function requireOnePartition(
  { kolenaPrincipalArn }: AccessConfig,
  { caller }: Observed,
  { region }: DecideOptions,
): string {
  const partition = caller?.partition ?? partitionOfRegion(region);
  if (parseArn(kolenaPrincipalArn)?.partition === partition) return partition;
  const seen = caller
    ? `the credentials are of account ${caller.accountId} in ${partition}`
    : `region ${region} is in ${partition}`;
  throw new UserError({
    reason: 'invalid-input',
    message: `kolena-principal-arn is ${kolenaPrincipalArn}, but ${seen}: trust does not reach from one partition to another.`,
    remedy: 'Ask Kolena for a principal of your partition, or set aws-region to a region of the right one.',
  });
}

/** Throws `destroy-refused`: AWS answers DeleteConflict while anything but our policies is attached. */
export function requireNoOtherPolicies(role: ObservedRole, foreign: readonly AttachedPolicy[]): void {
  const inline = role.inlinePolicyNames;
  if (foreign.length + inline.length === 0) return;
  const commands = [
    ...foreign.map(({ arn }) => `aws iam detach-role-policy --role-name ${role.name} --policy-arn ${arn}`),
    ...inline.map((name) => `aws iam delete-role-policy --role-name ${role.name} --policy-name ${name}`),
  ];
  throw new UserError({
    reason: 'destroy-refused',
    message: `Role ${role.name} cannot be deleted (AWS: DeleteConflict) while it has other policies: ${[...foreign.map(({ arn }) => arn), ...inline.map((name) => `${name} (inline)`)].join(', ')}. Nothing was changed.`,
    remedy: `Detach or delete them first:\n${commands.join('\n')}`,
  });
}
