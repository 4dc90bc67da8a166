import { isSameName } from '../config/iam-names.ts';
import { deletedPrincipalIn } from '../config/arn.ts';
import { samePolicy } from '../iam/compare-policy.ts';
import { about, type Check } from './check.ts';
import { expectedRoleArn, type Expectations } from './expectations.ts';
import { detachedPolicies } from './explain-s3.ts';
import { liveAccessOf } from './explanation.ts';
import { judgeOtherPolicies } from './judge-other-policies.ts';
import type { Observations } from './observations.ts';
import { trustDifferences, trustedAsKolena } from '../iam/trust-policy.ts';

/** What the read-back says: the role is there, trusts whom the config names, and holds the policies. */
export function judgeRole(expectations: Expectations, observations: Observations): Check[] {
  return [
    roleExists(expectations, observations),
    trustPolicy(expectations, observations),
    roleSettings(expectations, observations),
    policies(expectations, observations),
    judgeOtherPolicies(expectations, observations),
  ].filter((check) => check !== undefined);
}

function roleExists(expectations: Expectations, { role }: Observations): Check {
  const arn = expectedRoleArn(expectations);
  const verdict = about('role-exists', { role: expectations.role.name });
  if (role === undefined)
    return verdict.fail(`There is no role ${arn}.`, 'Run `command: apply`, which creates it.');
  if (role.path !== expectations.role.path)
    return verdict.fail(
      `It stands at ${role.arn} instead of ${arn}, the ARN that Kolena would be given.`,
      `Set \`iam-path: ${role.path}\` to keep the role, since a path cannot be changed.`,
    );
  return verdict.pass(`${role.arn}, ${role.roleId}.`);
}

function trustPolicy(expectations: Expectations, { role }: Observations): Check {
  const verdict = about('trust-policy', {});
  if (role === undefined) return verdict.unprovable('There is no role.');
  const expected = expectations.role.trustPolicy;
  if (samePolicy(expected, role.trustPolicy))
    return verdict.pass(`It trusts ${expectations.kolenaPrincipalArn}.`);
  const deleted = deletedPrincipalIn(JSON.stringify(role.trustPolicy));
  if (deleted !== undefined)
    return verdict.fail(
      `It names ${deleted}, which AWS shows in place of a principal that was deleted: nobody can assume the role that way any more, even if the principal is created again.`,
      'Copy the principal ARN from Kolena again, and run `command: apply`, which writes the trust policy again.',
    );
  return verdict.fail(trustDifferences(expected, role.trustPolicy).join(' '));
}

function roleSettings({ role: wanted, tags }: Expectations, { role }: Observations): Check {
  const verdict = about('role-settings', {});
  if (role === undefined) return verdict.unprovable('There is no role.');
  const boundary = role.permissionsBoundaryArn;
  const pairs = [
    ['session length (seconds)', role.maxSessionDuration, wanted.maxSessionDuration] as const,
    ...Object.entries(tags).map(([key, value]) => [`tag ${key}`, role.tags?.[key], value] as const),
    ['permissions boundary', boundary, wanted.permissionsBoundaryArn ?? boundary] as const,
  ];
  const differences = pairs
    .filter(([, seen, expected]) => seen !== expected)
    .map(([name, seen, expected]) => `The ${name} is ${seen ?? 'absent'} instead of ${expected}.`);
  if (differences.length > 0) return verdict.fail(differences.join(' '));
  if (boundary !== undefined && wanted.permissionsBoundaryArn === undefined)
    return verdict.warning(
      `The role has the permissions boundary ${boundary}: Kolena can do no more than it allows.`,
      `Add \`permissions-boundary-arn: ${boundary}\` to hold the role to it.`,
    );
  return verdict.pass(`Session length ${role.maxSessionDuration} seconds; boundary ${boundary ?? 'none'}.`);
}

function policies(expectations: Expectations, observations: Observations): Check {
  const verdict = about('policies', {});
  if (observations.role === undefined) return verdict.unprovable('There is no role.');
  const { name: roleName } = expectations.role;
  const detached = detachedPolicies(liveAccessOf(expectations, observations));
  const differing = expectations.policies.filter(({ name, document }) => {
    const live = observations.policies.find((policy) => isSameName(policy.name, name));
    return live !== undefined && !samePolicy(document, live.document);
  });
  const problems = [
    { names: detached, what: `not attached to ${roleName}` },
    { names: differing.map(({ name }) => name), what: 'not as the config says' },
  ].filter(({ names }) => names.length > 0);
  if (problems.length > 0)
    return verdict.fail(problems.map(({ names, what }) => `${names.join(', ')} ${what}.`).join(' '));
  return verdict.pass(`Attached: ${expectations.policies.map(({ name }) => name).join(', ')}.`);
}

/** Whether a role that the config named before still lets Kolena in; no check while it named none. */
export function judgeFormer({ role: today }: Expectations, { former = [] }: Observations): Check[] {
  const renamed = former.filter(({ names }) => !isSameName(names.roleName, today.name));
  // Each role by its newest names, under which it was read.
  const byRole = new Map(renamed.reverse().map((one) => [one.names.roleName.toLowerCase(), one]));
  return [...byRole.values()].map(({ names, role, denied }) => {
    const verdict = about('former-role', { role: names.roleName });
    if (role !== undefined) {
      const trusted = trustedAsKolena(role.trustPolicy, names.kolenaPrincipalArns).join(' and ');
      return verdict.fail(`${role.arn} trusts ${trusted}, and gives what its policies grant.`);
    }
    if (denied !== undefined) return verdict.warning(`This run is not allowed to read it: ${denied}`);
    return verdict.pass("There is no role of that name that trusts Kolena's principal.");
  });
}
