import { samePolicy } from '../access/compare-policy.ts';
import type { Check } from './check.ts';
import { expectedRoleArn, type Expectations } from './expectations.ts';
import { detachedPolicies } from './explain-s3.ts';
import type { Observations } from './observations.ts';
import { trustDifferences } from './trust-differences.ts';
import { fail, pass, standingOf, unprovable, type Subject } from './verdict.ts';

const apply = 'Run `command: apply`, which sets it right.';

/** What the read-back says: the role is there, trusts whom the config names, and holds our policies. */
export function roleChecks(expectations: Expectations, observations: Observations): Check[] {
  return [
    roleExists(expectations, observations),
    trustPolicy(expectations, observations),
    policies(expectations, observations),
  ];
}

function roleExists(expectations: Expectations, { role }: Observations): Check {
  const arn = expectedRoleArn(expectations);
  const subject: Subject = { id: 'role-exists', title: `The role ${expectations.role.name} exists.` };
  if (role === undefined)
    return fail(subject, `There is no role ${arn}.`, 'Run `command: apply`, which creates it.');
  return pass(subject, `${role.arn}, ${role.roleId}.`);
}

function trustPolicy(expectations: Expectations, { role }: Observations): Check {
  const subject: Subject = { id: 'trust-policy', title: 'The trust policy is what the config says.' };
  if (role === undefined) return unprovable(subject, 'There is no role.');
  const expected = expectations.role.trustPolicy;
  if (samePolicy(expected, role.trustPolicy))
    return pass(subject, `It trusts ${expectations.kolenaPrincipalArn}.`);
  const deleted = /"(A(?:ID|RO)A[A-Z0-9]{12,})"/.exec(JSON.stringify(role.trustPolicy))?.[1];
  if (deleted !== undefined)
    return fail(
      subject,
      `It names ${deleted}, which AWS shows in place of a principal that was deleted: nobody can assume the role that way any more, even if the principal is made anew.`,
      'Copy the principal ARN from Kolena again, and run `command: apply`, which writes the trust policy anew.',
    );
  return fail(subject, trustDifferences(expected, role.trustPolicy).join(' '), apply);
}

function policies(expectations: Expectations, observations: Observations): Check {
  const subject: Subject = {
    id: 'policies',
    title: "The role's policies are attached, and are what the config says.",
  };
  if (observations.role === undefined) return unprovable(subject, 'There is no role.');
  const { name: roleName } = expectations.role;
  const detached = detachedPolicies(standingOf(expectations, observations));
  const differing = expectations.policies.filter(({ name, document }) => {
    const live = observations.policies.find((policy) => policy.name.toLowerCase() === name.toLowerCase());
    return live !== undefined && !samePolicy(document, live.document);
  });
  const names = (list: readonly string[], what: string) =>
    list.length === 0 ? [] : [`${list.join(', ')} ${what}.`];
  const problems = [
    ...names(detached, `not attached to ${roleName}`),
    ...names(
      differing.map(({ name }) => name),
      'not as the config says',
    ),
  ];
  if (problems.length > 0) return fail(subject, problems.join(' '), apply);
  return pass(subject, `Attached: ${expectations.policies.map(({ name }) => name).join(', ')}.`);
}
