import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { repository } from '../support/cache-folder.ts';
import { deployStack, type DeployedStack } from '../support/deploy-stack.ts';
import { filledIn, runsOn } from '../support/expressions.ts';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { claimsOf } from '../support/job-claims.ts';
import { runAction, type ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly steps: readonly { readonly with?: Readonly<Record<string, string | boolean>> }[];
}

/** The blocks of docs/setup.md, which this test follows word for word, in their order. */
const [createRoles = '', commitWorkflow = ''] = blocks('docs/setup.md', 'bash');
const [config = ''] = blocks('docs/setup.md', 'yaml');

let scene: Scene;
let github: GitHubStandIn;
let stack: DeployedStack;
let pull: OpenedPullRequest;
/** The user's repository. */
const workspace = mkdtempSync(join(tmpdir(), 'setup page '));

stopAtFirstFailure();
beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
  const { kolenaPrincipalArn } = parseAccessConfig(parse(config));
  await scene.world.createRole({ arn: kolenaPrincipalArn });
  await scene.world.createBucket({
    name: 'training-data',
    objects: { 'images/1.png': 'image', 'b.txt': 'no' },
  });
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

/** Runs a block of the page in bash; these programs stand in for those of the machine. */
function runBlock(block: string, programs: Readonly<Record<string, string>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'programs-'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\nset -euo pipefail\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  execFileSync('bash', ['-euo', 'pipefail', '-c', block], { cwd: workspace, env });
}

function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(repository, page), 'utf8');
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...text.matchAll(fenced)].map(([, block = '']) => block);
}

const ofPage = () => inWorkspace('.github/workflows/kolena-access.yml');
const inWorkspace = (path: string) => readFileSync(join(workspace, path), 'utf8');

/** What starts a workflow. */
interface Start {
  readonly event: 'pull_request' | 'push' | 'schedule';
  readonly payload?: object;
  readonly sha?: string;
}

/** A workflow, run by GitHub: the jobs that this event starts, one after the other. */
async function runWorkflow(workflow: string, start: Start): Promise<ActionResult[]> {
  const { jobs } = parse(workflow) as { jobs: Record<string, Job> };
  const started = Object.values(jobs).filter((job) => runsOn(job.if, start));
  const results: ActionResult[] = [];
  for (const job of started) results.push(await runJob(job, start));
  for (const { exitCode, log } of results) expect(exitCode, log).toBe(0);
  return results;
}

function runJob(job: Job, { event, payload = {}, sha }: Start): Promise<ActionResult> {
  const inputs = job.steps.flatMap((step) => Object.entries(step.with ?? {}));
  const { world, terraform } = scene;
  return runAction({
    workspace,
    inputs: {
      'github-token': github.jobToken,
      ...Object.fromEntries(inputs.map(([name, text]) => [name, filledIn(String(text), { event })])),
    },
    env: {
      ...terraform.env,
      ...world.issuer.env(claimsOf({ event, ...(job.environment && { environment: job.environment }) })),
      AWS_ENDPOINT_URL: world.endpoint,
      AWS_REGION: 'us-east-1',
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_NAME: event,
      ...(sha && { GITHUB_SHA: sha }),
    },
    event: payload,
  });
}

test('step 2 deploys bootstrap.yaml, fetched without a clone, as a stack', async () => {
  runBlock(createRoles, {
    curl: `[[ $* == *//raw.githubusercontent.com/*/bootstrap.yaml ]] && cp '${repository}/bootstrap.yaml' .`,
    aws: 'printf "%s\\n" "$@" >deployed.txt',
  });
  const given = inWorkspace('deployed.txt').trim().split('\n');
  expect(given.slice(0, 6)).toEqual([
    ...['cloudformation', 'deploy', '--stack-name', 'kolena-s3-access', '--template-file', 'bootstrap.yaml'],
  ]);
  expect(given).toContain('CAPABILITY_NAMED_IAM');
  const overrides = given
    .slice(given.indexOf('--parameter-overrides') + 1)
    .map((text) => text.split(/=(.*)/s));
  stack = await deployStack(scene.world, Object.fromEntries(overrides) as Record<string, string>);
});

test('step 3 writes the workflow of the stack, and the config', () => {
  writeFileSync(join(workspace, 'output.txt'), stack.outputs['Workflow'] ?? '');
  const asked = '[[ $* == *"--stack-name kolena-s3-access"*"OutputKey==\'Workflow\'"* ]]';
  runBlock(commitWorkflow, { aws: `${asked} && cat output.txt` });
  writeFileSync(join(workspace, 'kolena-s3.yml'), config);
  expect(inWorkspace('.github/workflows/kolena-access.yml')).toContain('KolenaS3Plan');
});

test('step 4: the pull request shows who gets access to what, under the plan role alone', async () => {
  pull = github.openPullRequest('Give Kolena access');
  const results = await runWorkflow(ofPage(), { event: 'pull_request', payload: pull.event });
  expect(results.map(({ outputs }) => outputs['to-add'])).toEqual(['5']);
  const [comment] = github.commentsOn(pull.number);
  for (const text of ['share-with-kolena', 'training-data/images/']) expect(comment?.body).toContain(text);
});

test('the merge applies exactly that, proves it, keeps to the one comment, and tells what Kolena’s form asks for', async () => {
  const start = { event: 'push', sha: github.merge(pull.number) } as const;
  const [applied, ...others] = await runWorkflow(ofPage(), start);
  expect(others).toEqual([]);
  expect(applied?.outputs).toMatchObject({ verified: 'true', 'to-add': '5' });
  const comments = github.commentsOn(pull.number);
  expect(comments).toHaveLength(1);
  const roleArn = applied?.outputs['role-arn'] ?? '';
  expect(applied?.log).toContain(`Send this to Kolena:\n  Role ARN     ${roleArn}\n`);
});

test("the workflow of README.md does the same under the stack's roles", async () => {
  const [workflow = ''] = blocks('README.md', 'yaml');
  writeFileSync(join(workspace, 'kolena-s3.yml'), `${config}\ntags:\n  team: vision\n`);
  const second = github.openPullRequest('Tag the role');
  const [planned] = await runWorkflow(workflow, { event: 'pull_request', payload: second.event });
  expect(planned?.outputs).toMatchObject({ 'to-change': '2', 'access-change': 'none' });
  const [applied] = await runWorkflow(workflow, { event: 'push', sha: github.merge(second.number) });
  expect(applied?.outputs).toMatchObject({ verified: 'true', 'to-change': '2' });
});

test('the example of a drift check finds nothing changed, and nothing that the simulator refuses, under the plan role', async () => {
  const workflow = readFileSync(join(repository, 'examples/drift/workflow.yml'), 'utf8');
  const [plan, verify] = await runWorkflow(workflow, { event: 'schedule' });
  expect(plan?.outputs['has-changes']).toBe('false');
  const checks = JSON.parse(verify?.outputs['checks'] ?? '[]') as { id: string; status: string }[];
  const statusOf = (id: string) => checks.find((check) => check.id === id)?.status;
  expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
  expect([statusOf('grants:share-with-kolena'), statusOf('denies-other-buckets')]).toEqual(['pass', 'pass']);
});
