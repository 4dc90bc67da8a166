import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import type { Observed } from '../../src/access/observed.ts';
import type { Report } from '../../src/report/report.ts';
import { expectationsOf, type Expectations } from '../../src/verify/expectations.ts';
import { judge } from '../../src/verify/judge.ts';
import { judgeGuards } from '../../src/verify/judge-guards.ts';
import { judgeSimulation } from '../../src/verify/judge-simulation.ts';
import type { Attempt, LocationObservation, Observations, Refusal } from '../../src/verify/observations.ts';
import { keyPolicyOf, policyOf } from '../verify/guarded.ts';
import { goodSimulation, keyArn, refused } from '../verify/good.ts';
import { applied, configOf, emptyWorld, otherRule, plannedReport, unplannedReport } from './world.ts';

const origin = 'https://app.kolena.io';
const teamArn = 'arn:aws:iam::111122223333:role/vision-team';
const cities = Array.from({ length: 40 }, (_, at) => `city-${String(at + 1).padStart(2, '0')}-frames`);

const world = emptyWorld({
  'share-with-kolena': {},
  'team-dataset': { region: 'eu-west-1', rules: [otherRule] },
  robotics: { region: 'us-west-2' },
  'encrypted-bucket': {},
  'denying-bucket': { rules: [otherRule] },
});
const three = configOf(['share-with-kolena', 'team-dataset/images/', 'robotics']);
const widened = configOf(['share-with-kolena', 'team-dataset', 'encrypted-bucket']);
const failing = configOf(['share-with-kolena', 'encrypted-bucket', 'denying-bucket']);
const live = applied(three, world);
const ending = (date: string) => configOf(['share-with-kolena', 'robotics'], { 'access-until': date });
const forty = configOf(cities);
const emptyForty = emptyWorld(Object.fromEntries(cities.map((name) => [name, {}])));

/** The plan with what IAM's simulator and the buckets' own policies say of it. */
function simulated(report: Report): Report {
  const expectations = expected(report);
  const answers = { outcome: 'ok', value: goodSimulation(expectations) } as const;
  return {
    ...report,
    plannedChecks: [
      ...judgeGuards(expectations, { buckets: report.observed?.buckets ?? {} }),
      ...judgeSimulation(expectations, { answers, of: 'planned' }),
    ],
  };
}

/** The first plan of two buckets, one of which is surrounded so. */
function guarded(guard: Partial<BucketGuard>): Report {
  const bucket = { name: 'team-dataset', region: 'us-east-1', corsRules: [], defaultKmsKeyArn: keyArn };
  const buckets = { ...world.buckets, 'team-dataset': { ...bucket, guard: { unread: [], ...guard } } };
  const config = configOf(['share-with-kolena', 'team-dataset'], { 'kms-key-arns': [keyArn] });
  return simulated(plannedReport({ ...world, buckets }, config));
}

function expected({ config, desired, time }: Report): Expectations {
  if (config === undefined || desired === undefined) throw new Error('a plan has a config and what it wants');
  return expectationsOf(config, desired, { now: new Date(time) });
}

type Seen = Readonly<Record<string, Partial<LocationObservation>>>;

/** Everything as it should be, but what `seen` says. */
function proven(report: Report, seen: Seen = {}, part: Partial<Observations> = {}): Report {
  const expectations = expected(report);
  const { config, observed } = report;
  const after = config === undefined || observed === undefined ? observed : applied(config, observed);
  const checks = judge(expectations, {
    ...observations(expectations, after),
    ...located(expectations, seen),
    ...part,
  });
  return { ...report, command: 'apply', outcome: 'applied', writesDone: true, checks };
}

function located({ locations }: Expectations, seen: Seen): Pick<Observations, 'locations'> {
  const good: LocationObservation = {
    list: { outcome: 'ok', value: { count: 3, truncated: false, readable: ['a.png'] } },
    read: { outcome: 'ok', value: { key: 'a.png', encryption: 'AES256' } },
    triedKey: 'a.png',
    presigned: { outcome: 'ok', value: { status: 206, allowOrigin: origin } },
  };
  return { locations: Object.fromEntries(locations.map(({ name }) => [name, { ...good, ...seen[name] }])) };
}

function observations(expectations: Expectations, after: Observed | undefined): Observations {
  const role = after?.role;
  return {
    mode: 'assume',
    afterApply: true,
    callerArn: 'arn:aws:iam::111122223333:role/KolenaS3Deploy',
    ...(role !== undefined && { role }),
    policies: after?.policies ?? [],
    trust: { kind: 'temporary', leftovers: false, removed: { done: true, evidence: 'Read back as found.' } },
    assumed: {
      outcome: 'ok',
      value: { arn: 'arn:aws:sts::111122223333:assumed-role/KolenaS3ReadAccess/verify' },
    },
    withoutExternalId: refused,
    wrongExternalId: refused,
    ...located(expectations, {}),
    buckets: Object.fromEntries(
      Object.values(after?.buckets ?? {}).map(({ name, corsRules }) => [
        name,
        {
          corsRules: { outcome: 'ok', value: corsRules },
          preflights: { [origin]: { outcome: 'ok', value: { status: 200, allowOrigin: origin } } },
          unknownOrigin: refused,
        },
      ]),
    ),
    simulation: { outcome: 'ok', value: goodSimulation(expectations) },
  };
}

function refusedWith(refusal: Pick<Refusal, 'message'>): Attempt<never> {
  return { outcome: 'refused', refusal: { code: 'AccessDenied', status: 403, ...refusal } };
}

const session = 'User: arn:aws:sts::111122223333:assumed-role/KolenaS3ReadAccess/kolena-s3-access-verify';
const noKey = refusedWith({
  message: `${session} is not authorized to perform: kms:Decrypt on resource: ${keyArn} because no identity-based policy allows the kms:Decrypt action`,
});
const deniedByBucket = refusedWith({
  message: `${session} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::denying-bucket/a.png" with an explicit deny in a resource-based policy`,
});

const unread = { outcome: 'skipped', message: 'There is no object that the role could read.' } as const;

function failedProof(): Report {
  const report = proven(plannedReport(world, failing), {
    'encrypted-bucket': { read: noKey, presigned: unread },
    'denying-bucket': { read: deniedByBucket, presigned: unread },
  });
  return {
    ...report,
    outcome: 'failed',
    failure: { reason: 'verification-failed', message: 'm', remedy: 'r' },
  };
}

const skipped = {
  outcome: 'skipped',
  message: 'The role of this run is not allowed to change the trust policy.',
} as const;
const noWay = {
  message: 'The role of this run is not allowed to change the trust policy.',
  remedy: 'Allow `iam:UpdateAssumeRolePolicy` on the role, or set `verify-principal-arn`.',
};

/** A run that stopped for a reason. */
function stopped(
  report: Report,
  failure: NonNullable<Report['failure']>,
  part: Partial<Report> = {},
): Report {
  return { ...report, outcome: 'failed', failure, ...part };
}

/** Every state of comment and summary that is not a recorded plan. */
export const states = {
  'first-plan': () => simulated(plannedReport(world, three)),
  'bucket-denies': () =>
    guarded({
      policy: policyOf(
        { Sid: 'OnlyTheTeam', Condition: { ArnNotEquals: { 'aws:PrincipalArn': teamArn } } },
        { Sid: 'OnlyTLS', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ),
    }),
  'bucket-denies-by-place': () =>
    guarded({
      policy: policyOf({
        Sid: 'OnlyOurVpc',
        Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1a2b' } },
      }),
      ownership: 'ObjectWriter',
    }),
  'key-refuses': () => guarded({ keyPolicy: keyPolicyOf({ Principal: { AWS: teamArn } }) }),
  wider: () => simulated(plannedReport(live, widened)),
  'trust-weakens': () =>
    plannedReport(
      live,
      configOf(['share-with-kolena', 'team-dataset/images/', 'robotics'], {
        'kolena-external-id': undefined,
      }),
    ),
  'forty-new': () => simulated(plannedReport(emptyForty, forty)),
  'forty-unchanged': () => simulated(plannedReport(applied(forty, emptyForty), forty)),
  applied: () => proven(plannedReport(live, widened)),
  'applied-nothing': () => proven(plannedReport(live, three)),
  'applied-forty': () => proven(plannedReport(emptyForty, forty)),
  'applied-unproven': () => failedProof(),
  verified: () => ({
    ...proven(plannedReport(live, three)),
    command: 'verify',
    outcome: 'verified',
    writesDone: false,
  }),
  unprovable: () => ({
    ...proven(
      plannedReport(live, three),
      Object.fromEntries(
        three.buckets.map(({ bucket, prefix = '' }) => [
          prefix === '' ? bucket : `${bucket}/${prefix}`,
          { list: skipped, read: skipped, presigned: skipped },
        ]),
      ),
      {
        mode: 'simulate',
        assumed: skipped,
        withoutExternalId: skipped,
        wrongExternalId: skipped,
        trust: { kind: 'none', leftovers: false, problem: noWay },
      },
    ),
    command: 'verify',
    outcome: 'verified',
  }),
  ends: () => simulated(plannedReport(world, ending('2027-06-30'))),
  'ends-later': () =>
    simulated(plannedReport(applied(ending('2027-06-30'), world), ending('2027-12-31T18:00:00+01:00'))),
  ended: () => {
    const past = ending('2026-06-30');
    const over = { list: refusedWith({ message: 'Access Denied' }), read: unread, presigned: unread };
    return {
      ...proven(plannedReport(applied(past, world), past), { 'share-with-kolena': over, robotics: over }),
      command: 'verify',
      outcome: 'ended',
      writesDone: false,
    };
  },
  refused: () =>
    stopped(plannedReport(live, three, 'destroy'), {
      reason: 'destroy-refused',
      message: 'The plan deletes the role KolenaS3ReadAccess.',
      remedy: 'Set `allow-destroy: true` when Kolena is to lose its access.',
    }),
  'not-approved': () =>
    stopped(plannedReport(live, widened, 'apply'), {
      reason: 'not-approved',
      message: 'Pull request #2 has no plan comment from this workflow, so nothing was approved.',
      remedy: 'Dispatch `plan` on the branch, look at its comment, and dispatch `apply`.',
    }),
  drift: () =>
    stopped(plannedReport(applied(widened, world), three), {
      reason: 'plan-changed',
      message: 'AWS differs from the config, and `fail-on-changes` is set; the table shows the difference.',
      remedy: 'Run `apply` to bring AWS back to the config, or change the config to what AWS should be.',
    }),
  'apply-failed': () =>
    stopped(plannedReport(live, widened, 'apply'), {
      reason: 'apply-failed',
      message: 'Terraform could not write the policy KolenaS3ReadAccess: AccessDenied.',
      remedy: 'Allow `iam:CreatePolicyVersion` to the deploy role, and run again.',
    }),
  'destroy-plan': () => ({ ...plannedReport(live, three, 'destroy'), command: 'plan' }),
  destroyed: () => ({ ...plannedReport(live, three, 'destroy'), outcome: 'destroyed', writesDone: true }),
  'nothing-to-destroy': () => ({
    ...plannedReport(world, three, 'destroy'),
    outcome: 'destroyed',
    writesDone: true,
  }),
  fork: () =>
    unplannedReport(three, {
      outcome: 'skipped',
      notes: [
        "This pull request comes from the fork octocat/repo, to which GitHub gives no AWS credentials: nothing was planned, applied or verified. The config is valid and was synthesized; a maintainer's branch shows the plan.",
      ],
    }),
  overtaken: () =>
    unplannedReport(three, {
      command: 'apply',
      outcome: 'skipped',
      newer: 'a4f0a53e2b7c91d0',
      notes: [
        "Not applied: main says something else since commit a4f0a53, and an older run never undoes it. If that commit's run does not come, start this workflow by `workflow_dispatch` on main with `command: apply`.",
      ],
    }),
  synthesized: () => unplannedReport(three, { command: 'synth', outcome: 'synthesized' }),
  'invalid-config': () =>
    unplannedReport(undefined, {
      failure: {
        reason: 'invalid-input',
        message:
          'The config has 2 problems:\n- kolena-s3.yml, line 4: unknown key "kolena-externalid". Did you mean "kolena-external-id"?\n- buckets is empty: list at least one bucket.',
        remedy: 'Fix kolena-s3.yml and push again. No AWS call was made.',
      },
    }),
  credentials: () =>
    unplannedReport(three, {
      failure: {
        reason: 'credentials',
        message: 'GitHub gave the job no ID token.',
        remedy: 'Add this to the job:\npermissions:\n  id-token: write\n  contents: read',
      },
    }),
} as const satisfies Readonly<Record<string, () => Report>>;
