import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../scripts/repository.ts';
import { parseConstraint } from '../src/config/version-constraint.ts';
import { testedVersion } from '../src/terraform/wanted-version.ts';

const workflowsIn = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml'))
    .map((path) => `${directory}/${path}`)
    .filter((path) => path.includes('workflow'));
const own = workflowsIn('.github/workflows');

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

interface Try {
  readonly os: string;
  readonly binary: string;
  readonly version: string;
  readonly provider: string;
}

const jobsOf = (path: string): [string, Job][] =>
  Object.entries((parse(readFileSync(path, 'utf8')) as Workflow).jobs);

describe.each([...own, ...workflowsIn('examples')])('%s', (path) => {
  it('pins every action of others to a commit, with the release as a comment', () => {
    const used = [...readFileSync(path, 'utf8').matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
    const others = used.filter((action) => !action.startsWith(`${repository().slug}@`));
    for (const action of others) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(used.length).toBeGreaterThan(0);
  });

  it('uses one commit of an action', () => {
    const all = [...own, ...workflowsIn('examples')].map((file) => readFileSync(file, 'utf8')).join('\n');
    for (const [, name = '', commit] of readFileSync(path, 'utf8').matchAll(
      /uses: ([\w./-]+)@([0-9a-f]{40})/g,
    ))
      for (const [, other] of all.matchAll(new RegExp(`uses: ${name}@([0-9a-f]{40})`, 'g')))
        expect(other, name).toBe(commit);
  });
});

describe.each(own)('%s', (path) => {
  it('is a workflow that GitHub accepts', async () => {
    const file = { name: path, content: readFileSync(path, 'utf8') };
    const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
    expect(context.errors.getErrors()).toEqual([]);
    if (value === undefined) throw new Error('nothing was parsed');
    expect((await convertWorkflowTemplate(context, value)).errors ?? []).toEqual([]);
  });

  it('gives no job more than reading by default, and every job an end', () => {
    const { permissions } = parse(readFileSync(path, 'utf8')) as Workflow;
    expect(Object.values(permissions ?? { all: 'write' }).filter((right) => right !== 'read')).toEqual([]);
    for (const [name, job] of jobsOf(path)) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  });

  it('runs no package and no build where it can write contents', () => {
    for (const [name, { permissions = {}, steps }] of jobsOf(path))
      if (permissions['contents'] === 'write')
        for (const { run = '' } of steps) expect(run, name).not.toMatch(/\b(?:npm|npx|node_modules)\b/);
  });

  it('calls only scripts that are there, and puts no expression into a shell', () => {
    for (const [, { steps }] of jobsOf(path))
      for (const { run = '' } of steps) {
        for (const [script] of run.matchAll(/(?:scripts|\.ci)\/[\w.-]+/g))
          expect(existsSync(script), script).toBe(true);
        expect(run).not.toContain('${{');
      }
  });
});

describe('compatibility.yml', () => {
  const { jobs } = parse(readFileSync('.github/workflows/compatibility.yml', 'utf8')) as {
    readonly jobs: Readonly<
      Record<string, Job & { readonly strategy: { readonly matrix: { readonly include: readonly Try[] } } }>
    >;
  };
  const { steps = [], strategy } = jobs['try'] ?? {};
  const tries = strategy?.matrix.include ?? [];

  it('tries the tested version of Terraform, the oldest that the README names, the newest, OpenTofu, and each machine', () => {
    const [, oldest = ''] = /Terraform\*\* from (\d+\.\d+)/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const versions = tries.filter(({ binary }) => binary === 'terraform').map(({ version }) => version);
    expect(versions).toEqual(
      expect.arrayContaining([expect.stringContaining(`${oldest}.`), testedVersion.text, 'latest']),
    );
    expect(tries.map(({ binary }) => binary)).toContain('tofu');
    expect([...new Set(tries.map(({ os }) => os.split('-')[0]))].sort()).toEqual([
      'macos',
      'ubuntu',
      'windows',
    ]);
    for (const { provider } of tries) expect(parseConstraint(provider), provider).toBeDefined();
  });

  it('installs the moto of the tests, and runs the files that are there', () => {
    const commands = steps.map(({ run = '' }) => run).join('\n');
    const [, moto] = /moto\[server\]==([\d.]+)/.exec(commands) ?? [];
    expect(readFileSync('test/support/moto.ts', 'utf8')).toContain(`const version = '${moto ?? ''}'`);
    const files = [...readFileSync('scripts/compatibility.sh', 'utf8').matchAll(/test\/e2e\/[\w.-]+/g)];
    expect(files.length).toBe(4);
    for (const [file] of files) expect(existsSync(file), file).toBe(true);
  });
});

it('commit-dist.yml waits for the workflow that builds', () => {
  const { on } = parse(readFileSync('.github/workflows/commit-dist.yml', 'utf8')) as {
    readonly on: { readonly workflow_run: { readonly workflows: readonly string[] } };
  };
  const { name } = parse(readFileSync('.github/workflows/rebuild-dist.yml', 'utf8')) as {
    readonly name: string;
  };
  expect(on.workflow_run.workflows).toEqual([name]);
});

it('the issue form asks for every failure-reason', () => {
  const form = parse(readFileSync('.github/ISSUE_TEMPLATE/bug.yml', 'utf8')) as {
    readonly body: readonly {
      readonly id?: string;
      readonly attributes: { readonly options?: readonly string[] };
    }[];
  };
  const action = parse(readFileSync('action.yml', 'utf8')) as {
    readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  };
  const reasons = [...(action.outputs['failure-reason']?.description ?? '').matchAll(/`([^`]+)`/g)];
  const options = form.body.find(({ id }) => id === 'failure-reason')?.attributes.options;
  expect(options?.slice(1)).toEqual(reasons.map(([, reason]) => reason));
});
