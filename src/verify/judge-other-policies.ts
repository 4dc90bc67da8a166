import type { ObservedPolicy, ObservedRole } from '../access/observed.ts';
import { type Right, rightsBeyond, rightsText, writingRights } from '../iam/beyond.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { statementFor } from '../problem/statement.ts';
import { about, type Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import type { Observations } from './observations.ts';

interface OtherPolicy {
  /** Its ARN, or the name of an inline one. */
  readonly key: string;
  readonly isInline: boolean;
  /** Absent when this run is not allowed to read it. */
  readonly document: PolicyDocument | undefined;
}

/** Whether what the role holds beside the policies of the config gives Kolena more; no check while it holds nothing. */
export function judgeOtherPolicies(
  expectations: Expectations,
  { role, policies }: Observations,
): Check | undefined {
  if (role === undefined) return undefined;
  const others = otherPolicies(expectations, role, policies);
  if (others.length === 0) return undefined;
  const verdict = about('other-policies', {});
  const wrong = others
    .map((policy) => ({ policy, rights: wrongRights(policy, expectations) }))
    .filter(({ rights }) => rights.length > 0);
  if (wrong.length > 0) {
    const added = wrong.map(({ policy, rights }) => `${nameOf(policy)} adds ${rightsText(rights)}.`);
    const removed = wrong.map(({ policy }) => policy);
    return verdict.fail(added.join(' '), removalRemedy(removed, role));
  }
  const unread = others.filter(({ document }) => document === undefined);
  if (unread.length > 0)
    return verdict.unprovable(
      `The role has other policies too, which this run is not allowed to read and which may grant Kolena more than the config: ${unread.map(nameOf).join(', ')}.`,
      statementFor(rightToRead(unread, role)),
    );
  const names = others.map(nameOf).join(', ');
  const unlisted = others.filter((policy) => !isListed(policy, expectations));
  if (unlisted.length === 0)
    return verdict.pass(`Beside them it holds ${names}, which the config lists and which can write nothing.`);
  const evidence = `It holds ${names} too, which add nothing to what the config grants.`;
  return verdict.warning(evidence, removalRemedy(unlisted, role));
}

function otherPolicies(expectations: Expectations, role: ObservedRole, live: readonly ObservedPolicy[]) {
  const ourNames = new Set(expectations.policies.map(({ name }) => name.toLowerCase()));
  const ours = live.filter(({ name }) => ourNames.has(name.toLowerCase())).map(({ arn }) => arn);
  const read = new Map(live.map(({ arn, document }) => [arn, document]));
  const attached = role.attachedPolicies.filter(({ arn }) => !ours.includes(arn));
  return [
    ...attached.map(({ arn }) => ({
      key: arn,
      isInline: false,
      document: read.get(arn) ?? role.otherDocuments?.[arn],
    })),
    ...role.inlinePolicyNames.map((name) => ({
      key: name,
      isInline: true,
      document: role.otherDocuments?.[name],
    })),
  ];
}

/** What must not stand: of a listed policy whatever writes, of any other whatever the config does not grant. */
function wrongRights(policy: OtherPolicy, expectations: Expectations): Right[] {
  const { document } = policy;
  if (document === undefined) return [];
  if (isListed(policy, expectations)) return writingRights(document);
  const granted = expectations.policies.map((ours) => ours.document);
  return rightsBeyond(document, granted);
}

function isListed({ key, isInline }: OtherPolicy, { otherPolicyArns }: Expectations): boolean {
  return !isInline && otherPolicyArns.includes(key);
}

function nameOf({ key, isInline }: OtherPolicy): string {
  return isInline ? `${key} (inline)` : key;
}

function removalRemedy(policies: readonly OtherPolicy[], role: ObservedRole): string {
  const commands = policies.map(({ key, isInline }) =>
    isInline
      ? `aws iam delete-role-policy --role-name ${role.name} --policy-name ${key}`
      : `aws iam detach-role-policy --role-name ${role.name} --policy-arn ${key}`,
  );
  // A listed one is here for what it writes.
  const readsOnly = policies.filter(
    ({ isInline, document }) => !isInline && document && writingRights(document).length === 0,
  );
  const listing =
    readsOnly.length === 0
      ? ''
      : `\nOr list what it may keep to read more, in the config:\nother-policy-arns:\n${readsOnly.map(({ key }) => `  - ${key}`).join('\n')}`;
  return `Take off what Kolena does not need:\n${commands.join('\n')}${listing}`;
}

function rightToRead(unread: readonly OtherPolicy[], role: ObservedRole) {
  const actions = unread.flatMap(({ isInline }) =>
    isInline ? ['iam:GetRolePolicy'] : ['iam:GetPolicy', 'iam:GetPolicyVersion'],
  );
  const resources = unread.map(({ key, isInline }) => (isInline ? role.arn : key));
  return { Sid: 'ReadOtherPolicies', Action: [...new Set(actions)], Resource: [...new Set(resources)] };
}
