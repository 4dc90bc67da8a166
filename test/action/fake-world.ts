import { resolve } from 'node:path';
import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import type { Observed } from '../../src/access/observed.ts';
import type { Edges } from '../../src/action/edges.ts';
import type { GivenInputs } from '../../src/action/inputs.ts';
import type { Outputs, Runner } from '../../src/action/runner.ts';
import { parseSettings } from '../../src/action/settings.ts';
import type { Aws } from '../../src/aws/open-aws.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { TrailFinding } from '../../src/access/role-use.ts';
import type { EventContext } from '../../src/github/event.ts';
import type { DriftIssueResult, DriftIssueTarget } from '../../src/github/drift-issue.ts';
import type { LabelTarget } from '../../src/github/labels.ts';
import type { PullRequests } from '../../src/github/pull-requests.ts';
import type { Merge } from '../../src/plan/approval.ts';
import type { Report } from '../../src/report/report.ts';
import type { Terraform } from '../../src/terraform/terraform.ts';
import type { Observations } from '../../src/verify/observations.ts';
import { recordedReport, type recordedRuns } from '../report/recorded.ts';

/** What a run asks of the world, by edge and method, and what it publishes. */
export type Call =
  | `aws.${'signIn' | Exclude<keyof Aws, 'caller' | 'environment'>}`
  | `terraform.${keyof Terraform}`
  | `github.${keyof PullRequests}`
  | 'outputs'
  | 'summary';

interface WorldProps {
  /** Beside the defaults of the contract, a region and a token. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Found instead of inputs that are valid. */
  readonly given?: GivenInputs;
  /** The recorded run that AWS and Terraform answer from. @default 'create' */
  readonly recorded?: (typeof recordedRuns)[number];
  /** @default a push */
  readonly event?: EventContext;
  /** @default true */
  readonly hasCredentials?: boolean;
  /** What merged pull requests showed. @default nothing */
  readonly merges?: readonly Merge[];
  /** The commit by which the branch says something else, asked at the start and before the write. @default none */
  readonly newer?: readonly (string | undefined)[];
  /** Versions of the config file by commit. @default none */
  readonly configs?: Readonly<Record<string, string>>;
  /** Commits that touched the config, newest first. @default none */
  readonly steps?: readonly string[];
  /** The pull request that was commented on. */
  readonly described?: Awaited<ReturnType<PullRequests['describe']>>;
  /** Whether a merge into the branch approves. @default true */
  readonly isApproving?: boolean;
  /** Commits of the branch. @default all */
  readonly onBranch?: readonly string[];
  /** What is checked out. @default unknown */
  readonly checkedOut?: string;
  /** The comment as it stands. @default none */
  readonly previous?: string;
  /** Why GitHub did not set a label. @default it did */
  readonly labelWarning?: string;
  /** The pull request that brought the commit in. @default number 7 */
  readonly merged?: Awaited<ReturnType<PullRequests['findMerged']>>;
  /** What CloudTrail tells. @default that it is not allowed to be read */
  readonly trail?: TrailFinding;
  /** Calls that fail, and how. */
  readonly failing?: Readonly<Partial<Record<Call, Error>>>;
  /** What the config named before. @default nothing */
  readonly former?: NonNullable<Observed['former']>;
  /** What surrounds each of its buckets. @default not looked at */
  readonly guard?: BucketGuard;
  /** What GitHub did about the issue about drift. @default it stands at `issueUrl` */
  readonly issueSaved?: DriftIssueResult;
  /** A file that cannot be written. @default none */
  readonly unwritable?: string;
  /** Whether the role of the recorded run stands when it is verified. @default true */
  readonly roleStands?: boolean;
}

/** A comment as GitHub was asked to save it. */
interface SavedComment {
  readonly number: number;
  readonly changed: boolean;
  readonly body: string;
}

/** A world without AWS, Terraform and GitHub, which answers from a recorded run and remembers what it was asked. */
export interface FakeWorld {
  readonly edges: Edges;
  /** In their order. */
  readonly calls: readonly Call[];
  readonly outputs: Outputs;
  readonly summaries: readonly string[];
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly comments: readonly SavedComment[];
  /** What was written for later steps, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly labels: readonly LabelTarget[];
  /** What the issue about drift was to say. */
  readonly issues: readonly DriftIssueTarget[];
  /** Each that was to end the log; the last one does. */
  readonly verdicts: readonly string[];
}

/** Of the comment that is saved. */
export const commentUrl = 'https://github.com/o/r/pull/7#issuecomment-1';

/** Of the issue about drift. */
export const issueUrl = 'https://github.com/o/r/issues/9';

/** A pull request of this repository. */
export const pullRequestEvent: EventContext = {
  kind: 'pull_request',
  apiUrl: '',
  pullRequest: { number: 7, head: 'head-1', merged: false },
};

/** A world for one run. */
export function fakeWorld(props: WorldProps = {}): FakeWorld {
  const { event = { kind: 'push', apiUrl: '' }, hasCredentials = true } = props;
  const journal = startJournal(props);
  const { call, ...told } = journal;
  const aws = fakeAws(props, call);
  const edges: Edges = {
    runner: fakeRunner(journal),
    event,
    readInputs: () => props.given ?? validInputs(props),
    loadStack: () =>
      Promise.resolve({
        synthesizeAccess: () => 'access',
        synthesizeAdoption: () => 'adoption',
      }),
    trySignIn: () => call('aws.signIn', hasCredentials ? aws : undefined),
    signIn: () => call('aws.signIn', aws),
    openTerraform: () => Promise.resolve(fakeTerraform(props, call)),
    openPullRequests: (token) => (!token ? undefined : fakePullRequests(props, journal)),
    writeFile: (name, text) => {
      if (props.unwritable === name) throw new Error(`EACCES: permission denied, open '${name}'`);
      const path = resolve('/run', name);
      journal.files[path] = text;
      return path;
    },
  };
  return { edges, ...told };
}

type Journal = ReturnType<typeof startJournal>;

function startJournal({ failing = {} }: WorldProps) {
  const calls: Call[] = [];
  const outputs: Outputs = {};
  const summaries: string[] = [];
  const warnings: string[] = [];
  const notices: string[] = [];
  const comments: SavedComment[] = [];
  const files: Record<string, string> = {};
  const labels: LabelTarget[] = [];
  const issues: DriftIssueTarget[] = [];
  const verdicts: string[] = [];
  const call = <T>(name: Call, answer: T): Promise<T> => {
    calls.push(name);
    const failure = failing[name];
    return failure === undefined ? Promise.resolve(answer) : Promise.reject(failure);
  };
  return { calls, outputs, summaries, warnings, notices, comments, files, labels, issues, verdicts, call };
}

function fakeRunner({ calls, outputs, summaries, warnings, notices, verdicts }: Journal): Runner {
  return {
    info: () => undefined,
    notice: (message) => {
      notices.push(message);
    },
    warning: (message) => {
      warnings.push(message);
    },
    verdict: (line) => {
      verdicts.push(line);
    },
    group: (_, work) => work(),
    fail: () => undefined,
    output: (part) => {
      calls.push('outputs');
      Object.assign(outputs, part);
    },
    summary: (markdown) => {
      calls.push('summary');
      summaries.push(markdown);
    },
    mask: () => undefined,
    hide: () => undefined,
    masked: (text) => text,
  };
}

function fakeAws(props: WorldProps, call: Journal['call']): Aws {
  const { recorded = 'create', roleStands = true, former = [], guard } = props;
  const { observed: seen } = known(recorded);
  const buckets = Object.values(seen.buckets).map((one) => [one.name, { ...one, ...(guard && { guard }) }]);
  const observed = { ...seen, buckets: Object.fromEntries(buckets) as Observed['buckets'] };
  return {
    caller: { accountId: '123456789012', arn: 'arn:aws:iam::123456789012:role/deploy', partition: 'aws' },
    observe: () => call('aws.observe', { ...observed, former }),
    requireUnchangedCors: () => call('aws.requireUnchangedCors', undefined),
    removeKolenaRules: () => call('aws.removeKolenaRules', undefined),
    putBackCors: () => call('aws.putBackCors', []),
    simulatePlanned: () => call('aws.simulatePlanned', { outcome: 'ok', value: [] }),
    probe: () => call('aws.probe', observationsWhere(roleStands)),
    kolenaInTrail: () =>
      call('aws.kolenaInTrail', props.trail ?? { unsearched: ['us-east-1: AccessDenied'] }),
    lastChanges: (resources) =>
      call(
        'aws.lastChanges',
        resources.map(({ name }) => `${name} was changed.`),
      ),
    environment: () => Promise.resolve({}),
  };
}

function fakeTerraform({ recorded = 'create' }: WorldProps, call: Journal['call']): Terraform {
  const { plan, rawDiff: diff } = known(recorded);
  const saved = {
    planJson: { configuration: { root_module: { resources: [] } } },
    changes: plan.changes,
    versions: { terraform: '1.11.4', provider: '5.100.0' },
    diff,
    planJsonPath: '/run/plan.json',
    terraformJsonPath: '/run/cdk.tf.json',
  };
  return {
    init: () => call('terraform.init', undefined),
    adopt: () => call('terraform.adopt', undefined),
    plan: () => call('terraform.plan', saved),
    apply: () => call('terraform.apply', undefined),
  };
}

function fakePullRequests(props: WorldProps, { call, comments, issues, labels }: Journal): PullRequests {
  const {
    merges = [],
    merged = { number: 7, url: '', head: 'head-1', step: 'step-1' },
    configs = {},
  } = props;
  const newer = [...(props.newer ?? [])];
  const described = props.described ?? { number: 7, head: 'head-1', merged: false, branch: 'main' };
  return {
    findMerges: () => call('github.findMerges', merges),
    findMerged: () => call('github.findMerged', merged),
    findNewer: () => call('github.findNewer', newer.shift()),
    isApproving: () => call('github.isApproving', props.isApproving ?? true),
    isOnBranch: ({ commit }) => call('github.isOnBranch', props.onBranch?.includes(commit) ?? true),
    stepsOf: () => call('github.stepsOf', props.steps?.map((commit) => ({ commit, time: '' })) ?? []),
    fileAt: ({ commit }) => call('github.fileAt', configs[commit] ?? ''),
    describe: () => call('github.describe', described),
    pullOf: () => call('github.pullOf', undefined),
    review: (number) => call('github.review', { ...reviewed, number }),
    setLabel: (target) => {
      labels.push(target);
      return call('github.setLabel', props.labelWarning);
    },
    saveDriftIssue: (target) => {
      issues.push(target);
      return call('github.saveDriftIssue', props.issueSaved ?? { url: issueUrl });
    },
    saveComment: async ({ number, changed, render }) => {
      const body = render(props.previous);
      const saved = await call('github.saveComment', { kind: 'saved', id: 1, url: commentUrl } as const);
      comments.push({ number, changed, body });
      return saved;
    },
  };
}

/** Who stands behind a pull request of this world. */
export const reviewed = {
  url: 'https://github.com/o/r/pull/7',
  author: 'octocat',
  approvers: [{ login: 'reviewer', commit: 'head-1' }],
  mergedBy: 'maintainer',
};

function validInputs({ inputs, recorded = 'create', checkedOut }: WorldProps): GivenInputs {
  const settings = parseSettings({ 'aws-region': 'us-east-1', 'github-token': 'ghs_example', ...inputs });
  const { 'aws-provider-version': awsProviderVersion, backend: type } = settings;
  return {
    inputs: {
      settings,
      config: known(recorded).config,
      stackSettings: {
        awsProviderVersion,
        ...(type !== undefined && { backend: { type, config: settings['backend-config'] } }),
      },
      workingDirectory: '/repository',
      ...(checkedOut !== undefined && { checkedOut }),
      configFiles: ['kolena-s3.yml'],
      rolesBeside: () => new Map(),
      parseConfig: async (read) => parseAccessConfig(JSON.parse(await read('kolena-s3.yml'))),
    },
    reporting: settings,
  };
}

/** The role of the recorded runs as it was read back, and nothing that anybody tried with it. */
function observationsWhere(roleStands: boolean): Observations {
  const { role, policies } = known('none').observed;
  const skipped = { outcome: 'skipped', message: 'It was not tried.' } as const;
  return {
    mode: 'assume',
    callerArn: 'arn:aws:iam::123456789012:role/deploy',
    ...(roleStands && role !== undefined && { role }),
    policies,
    trust: { kind: 'none', leftovers: false },
    assumed: skipped,
    withoutExternalId: skipped,
    wrongExternalId: skipped,
    locations: {},
    buckets: {},
    simulation: skipped,
  };
}

/** The parts that every recorded run has. */
function known(
  recorded: (typeof recordedRuns)[number],
): Required<Pick<Report, 'config' | 'observed' | 'plan' | 'rawDiff'>> {
  const { config, observed, plan, rawDiff } = recordedReport(recorded);
  if (config === undefined || observed === undefined || plan === undefined || rawDiff === undefined)
    throw new Error(`The recorded run "${recorded}" is not whole.`);
  return { config, observed, plan, rawDiff };
}
