import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../scripts/repository.ts';
import { parseAccessConfig } from '../src/config/parse.ts';
import { readYaml } from '../src/action/yaml-file.ts';
import { bootstrapStack, trustPolicyOf } from './support/bootstrap.ts';
import { filledIn, runsOn } from './support/expressions.ts';
import { trustsToken } from './support/gate/sts.ts';
import { claimsOf } from './support/job-claims.ts';

interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly strategy?: { readonly matrix: { readonly include: readonly Record<string, string>[] } };
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const action = parse(readFileSync('action.yml', 'utf8')) as { readonly inputs: Record<string, unknown> };
const files = ['examples', '.github/workflows'].flatMap((directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml'))
    .map((path) => `${directory}/${path}`),
);
const configs = files.filter((path) => !path.includes('workflow'));

/** README's first YAML block is a workflow too, and the one that is copied most. */
const [readmeWorkflow = '', readmeConfig = ''] = [
  ...readFileSync('README.md', 'utf8').matchAll(/^```yaml\n(.*?)^```/gms),
].map(([, block = '']) => block);
const workflows: [string, string][] = [
  ...files
    .filter((path) => path.startsWith('examples/') && path.includes('workflow'))
    .map((path): [string, string] => [path, readFileSync(path, 'utf8')]),
  ['README.md', readmeWorkflow],
];

const isOurs = ({ uses = '' }: Job['steps'][number]) => uses.startsWith(`${repository().slug}@`);

/** How a workflow can start: a dispatch with each command that may be chosen. */
function startsOf(on: Workflow['on']): { event: string; command?: string }[] {
  return Object.entries(on).flatMap(([event, settings]) => {
    const { inputs } = (settings ?? {}) as { inputs?: { command?: { options: readonly string[] } } };
    return inputs?.command?.options.map((command) => ({ event, command })) ?? [{ event }];
  });
}

/** Each sign-in of a workflow: the role's ARN, and the claims of the job. */
function signIns({ on, jobs }: Workflow) {
  return startsOf(on).flatMap((start) =>
    Object.values(jobs)
      .filter((job) => runsOn(job.if, start))
      .flatMap((job) =>
        job.steps.filter(isOurs).flatMap(({ with: inputs = {} }) =>
          (job.strategy?.matrix.include ?? [{}]).map((matrix) => {
            const arn = filledIn(String(inputs['role-to-assume']), { ...start, matrix });
            return { arn, claims: claimsOf({ ...job, event: start.event }) };
          }),
        ),
      ),
  );
}

const environmentOf = (content: string) =>
  Object.values((parse(content) as Workflow).jobs).find((job) => job.environment)?.environment;

describe('examples', () => {
  it('are there', () => {
    expect(workflows.length).toBeGreaterThanOrEqual(5);
    expect(configs.length).toBeGreaterThanOrEqual(4);
  });

  it.each(workflows)('%s is a workflow that GitHub accepts', async (path, content) => {
    const parsed = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
    expect(parsed.context.errors.getErrors()).toEqual([]);
    if (parsed.value === undefined) throw new Error('nothing was parsed');
    const template = await convertWorkflowTemplate(parsed.context, parsed.value);
    expect(template.errors ?? []).toEqual([]);
    expect(template.jobs.length).toBeGreaterThan(0);
  });

  it.each(workflows)('%s uses only inputs that the Action has', (_path, content) => {
    const { jobs } = parse(content) as Workflow;
    for (const { with: inputs = {} } of Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .filter(isOurs))
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
  });

  it.each(workflows)(
    '%s can be started by a person: the way out of an apply that nobody approved',
    (_path, content) => {
      const { on, jobs } = parse(content) as Workflow;
      const started = startsOf(on)
        .filter(({ event }) => event === 'workflow_dispatch')
        .map((start) => {
          const steps = Object.values(jobs)
            .filter((job) => runsOn(job.if, start))
            .flatMap((job) => job.steps);
          return steps.filter(isOurs).map(({ with: inputs = {} }) => inputs['command']);
        });
      const isGated = content.includes('require-approved-plan: true');
      expect(started).toEqual(isGated ? [['plan'], ['apply']] : [expect.arrayContaining(['plan'])]);
    },
  );

  it.each(workflows)(
    '%s signs in with roles of bootstrap.yaml that trust its jobs',
    async (_path, content) => {
      const stack = bootstrapStack({ Environment: environmentOf(content) ?? '' });
      for (const { arn, claims } of signIns(parse(content) as Workflow)) {
        const mode = arn.endsWith(':role/KolenaS3Plan') ? 'plan' : 'deploy';
        expect(arn).toMatch(mode === 'plan' ? /Plan$/ : /:role\/KolenaS3Deploy$/);
        const form = new URLSearchParams({ RoleArn: arn, RoleSessionName: 'GitHubActions' });
        const question = { trustPolicy: trustPolicyOf(stack, mode), claims, accountId: '111122223333', form };
        expect(await trustsToken(question), `${arn} ${claims['sub'] ?? ''}`).toBe(true);
      }
    },
  );

  it('apply in one environment, and README.md shows the workflow of plan-and-apply', () => {
    const environments = workflows.map(([, content]) => environmentOf(content));
    expect(new Set(environments.filter((name) => name !== undefined))).toEqual(new Set(['production']));
    const example = readFileSync('examples/plan-and-apply/workflow.yml', 'utf8');
    expect(parse(readmeWorkflow)).toEqual(parse(example));
  });

  it.each(configs)('%s is a valid config', (path) => {
    expect(parseAccessConfig(readYaml(path)).buckets.length).toBeGreaterThan(0);
  });

  it('README.md shows a valid config', () => {
    expect(parseAccessConfig(parse(readmeConfig)).buckets).toHaveLength(2);
  });
});

describe('examples/ask-security', () => {
  const { jobs } = parse(readFileSync('examples/ask-security/workflow.yml', 'utf8')) as Workflow;
  const step = jobs['plan']?.steps.find(({ name }) => name === 'Ask the security team');
  const asks = (change: string, { fork = 'false', event = 'pull_request' } = {}) =>
    runsOn(step?.if, {
      event,
      values: {
        'steps.plan.outputs.access-change': change,
        'github.event.pull_request.head.repo.fork': fork,
      },
    });

  it.each([
    ['none', false],
    ['narrower', false],
    ['wider', true],
    ['both', true],
    ['', true],
    ['something new', true],
  ])('with the output %j asks: %s', (change, expected) => {
    expect(asks(change)).toBe(expected);
  });

  it('asks nobody without a pull request, or with the token of a fork', () => {
    expect(asks('wider', { event: 'workflow_dispatch' })).toBe(false);
    expect(asks('wider', { fork: 'true' })).toBe(false);
  });

  it('asks everybody that it names but the author, in one request', () => {
    const bin = mkdtempSync(join(tmpdir(), 'gh-'));
    writeFileSync(join(bin, 'gh'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    chmodSync(join(bin, 'gh'), 0o755);
    const env = {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      GITHUB_REPOSITORY: 'o/r',
      PULL_REQUEST: '7',
      AUTHOR: 'Octocat',
      SECURITY: step?.env?.['SECURITY'] ?? '',
    };
    // GitHub's own options for `run`: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell
    const { stdout, stderr, status } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''],
      {
        env,
        encoding: 'utf8',
      },
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.trim().split('\n')).toEqual([
      'api',
      '--method',
      'POST',
      '--silent',
      'repos/o/r/pulls/7/requested_reviewers',
      '-f',
      'reviewers[]=hubot',
    ]);
  });
});
