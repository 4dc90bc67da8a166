import { isSameName } from '../config/iam-names.ts';
import type { ObservedPolicy, ObservedRole } from '../access/observed.ts';
import { type Right, rightsBeyond, rightsText, writingRights } from '../iam/beyond.ts';
import { statementFor } from '../problem/denial.ts';
import { about, type Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import type { Observations } from './observations.ts';

type OtherPolicy = ReturnType<typeof otherPolicies>[number];

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

/** By ARN, or by name where it is inline; without the document of one that this run is not allowed to read. */
function otherPolicies(expectations: Expectations, role: ObservedRole, live: readonly ObservedPolicy[]) {
  const ours = live.filter(({ name }) =>
    expectations.policies.some((wanted) => isSameName(name, wanted.name)),
  );
  const attached = role.attachedPolicies
    .filter(({ arn }) => !ours.some((policy) => policy.arn === arn))
    .map(({ arn }) => ({ key: arn, isInline: false }));
  const inline = role.inlinePolicyNames.map((name) => ({ key: name, isInline: true }));
  const read = new Map(live.map(({ arn, document }) => [arn, document]));
  return [...attached, ...inline].map((policy) => ({
    ...policy,
    document: read.get(policy.key) ?? role.otherDocuments?.[policy.key],
  }));
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
