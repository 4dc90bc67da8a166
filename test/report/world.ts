import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
import type { DesiredAccess, DesiredPolicy, DesiredRole } from '../../src/access/desired-access.ts';
import { nothingObserved, type Observed } from '../../src/access/observed.ts';
import type { AccessConfig } from '../../src/config/access-config.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { joinRules } from '../../src/cors/rule-set.ts';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { ResourceChange } from '../../src/plan/changes.ts';
import { factsOf } from '../../src/plan/facts.ts';
import { corsAddress, policyAddresses, resourceKinds, roleAddress } from '../../src/plan/resources.ts';
import { summarizePlan } from '../../src/plan/summary.ts';
import type { Report } from '../../src/report/report.ts';

const accountId = '111122223333';
const caller = {
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/KolenaS3Deploy/run`,
  partition: 'aws',
};
const arnOf = (kind: string, name: string) => `arn:aws:iam::${accountId}:${kind}/${name}`;
const region = 'us-east-1';

/** A rule of another team. */
export const otherRule: CorsRule = {
  ID: 'viewer',
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://viewer.example.com'],
};

/** A config of these tests. */
export function configOf(
  buckets: readonly string[],
  keys: Readonly<Record<string, unknown>> = {},
): AccessConfig {
  return parseAccessConfig({
    buckets,
    'kolena-principal-arn': 'arn:aws:iam::444455556666:role/kolena-platform',
    'kolena-external-id': 'example-external-id',
    ...keys,
  });
}

/** An account with these buckets, in which nothing of Kolena's stands. */
export function emptyWorld(
  buckets: Readonly<Record<string, { region?: string; rules?: readonly CorsRule[] }>>,
): Observed {
  const found = Object.entries(buckets).map(
    ([name, { region: at = region, rules = [] }]) => [name, { name, region: at, corsRules: rules }] as const,
  );
  return { caller, policies: [], buckets: Object.fromEntries(found) };
}

/** The account after a config was applied to it. */
export function applied(config: AccessConfig, to: Observed): Observed {
  const { role, policies, cors } = decideAccess(config, to, { region });
  if (role === undefined) throw new Error('a config always wants a role');
  const rules = new Map(cors.map((one) => [one.bucket, joinRules(one.rules)]));
  return {
    caller,
    role: {
      ...role,
      arn: arnOf('role', role.name),
      roleId: 'AROADBQP57FF2AEXAMPLE',
      attachedPolicies: policies.map(({ name }) => ({ name, arn: arnOf('policy', name) })),
      inlinePolicyNames: [],
    },
    policies: policies.map(({ name, document }) => ({
      name,
      arn: arnOf('policy', name),
      document,
      attached: true,
      usedElsewhere: 0,
    })),
    buckets: Object.fromEntries(
      Object.entries(to.buckets).map(([name, bucket]) => [
        name,
        { ...bucket, corsRules: rules.get(name) ?? bucket.corsRules },
      ]),
    ),
  };
}

interface Planned {
  readonly command: Report['command'];
  readonly config: AccessConfig;
  readonly observed: Observed;
  /** @default as Terraform plans it, and rules that are written through S3 */
  readonly changes?: readonly ResourceChange[];
}

/** What a run reports after its plan; without a config everything goes. */
export function plannedReport(
  observed: Observed,
  config: AccessConfig,
  command: Report['command'] = 'plan',
): Report {
  return reportOf({ command, config, observed });
}

/** The report of a plan; `part` is what differs. */
export function reportOf(
  { command, config, observed, changes }: Planned,
  part: Partial<Report> = {},
): Report {
  const decide = command === 'destroy' ? decideRemoval : decideAccess;
  const desired = decide(config, observed, { region, allowDestroy: true });
  const plan = summarizePlan({
    changes: changes ?? changesOf(observed, desired),
    // Recorded changes are Terraform's alone; test/plan/cors-writes.test.ts covers what is written through S3.
    desired: changes === undefined ? desired : { ...desired, cors: [] },
    observed,
    backend: part.backend ?? false,
  });
  const digest = part.digest ?? '4c1f2e90a7d35b68'.repeat(4);
  return {
    command,
    outcome: 'planned',
    config,
    observed,
    desired,
    plan,
    facts: factsOf({ plan, desired, observed }),
    backend: false,
    digest,
    shown: { head: unplanned.commit, digest, isAnew: false },
    notes: [],
    ...unplanned,
    ...part,
  };
}

/** What every run knows. */
const unplanned = {
  commit: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
  runUrl: 'https://github.com/octo-org/octo-repo/actions/runs/1658821493/attempts/1',
  time: '2026-11-25T14:20:00.824Z',
} as const;

/** What a run reports that did not get as far as AWS. */
export function unplannedReport(config: AccessConfig | undefined, part: Partial<Report>): Report {
  const decided = config && { config, desired: decideAccess(config, nothingObserved, { region }) };
  return { command: 'plan', outcome: 'failed', backend: false, notes: [], ...decided, ...unplanned, ...part };
}

/** As Terraform plans it. */
function changesOf(observed: Observed, desired: DesiredAccess): ResourceChange[] {
  const { attachment, policy, role, cors } = resourceKinds;
  const live = new Map(observed.policies.map((one) => [one.name, one]));
  const goes = desired.removals.policies.map((one) => {
    const [address = '', attached = ''] = policyAddresses(one);
    return { one, address, attached, document: live.get(one.name)?.document };
  });
  return [
    between(
      roleAddress,
      role.type,
      observed.role && roleValues(observed.role),
      desired.role && roleValues(desired.role),
    ),
    ...desired.policies.flatMap((one) => {
      const [address = '', attached = ''] = policyAddresses(one);
      const was = one.importArn === undefined ? undefined : live.get(one.name)?.document;
      return [
        between(address, policy.type, was && policyValues(one, was), policyValues(one, one.document)),
        between(attached, attachment.type, one.attached ? {} : undefined, {}),
      ];
    }),
    ...goes.flatMap(({ one, address, attached, document }) => [
      between(address, policy.type, { name: one.name, policy: JSON.stringify(document) }, undefined),
      between(attached, attachment.type, {}, undefined),
    ]),
    ...desired.cors.map(({ bucket, exists }) =>
      between(corsAddress(bucket), cors.type, exists ? { bucket } : undefined, { bucket }),
    ),
  ].filter(({ before, after }) => before !== undefined || after !== undefined);
}

type Values = Readonly<Record<string, unknown>> | undefined;

function between(address: string, type: string, before: Values, after: Values): ResourceChange {
  const action =
    before === undefined
      ? 'create'
      : after === undefined
        ? 'delete'
        : JSON.stringify(before) === JSON.stringify(after)
          ? 'no-op'
          : 'update';
  return {
    address,
    type,
    action,
    imported: before !== undefined,
    ...(before && { before }),
    ...(after && { after }),
  };
}

function roleValues(role: Omit<DesiredRole, 'description' | 'exists'>): Values {
  const { name, path, maxSessionDuration, trustPolicy } = role;
  return {
    name,
    path,
    description: 'Kolena assumes this role to read S3.',
    max_session_duration: maxSessionDuration,
    assume_role_policy: JSON.stringify(trustPolicy),
  };
}

function policyValues({ name, path }: DesiredPolicy, document: DesiredPolicy['document']): Values {
  return { name, path, policy: JSON.stringify(document) };
}
