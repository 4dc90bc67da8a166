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
import { startGitHub, type GitHubStandIn } from '../support/github.ts';
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
const page = readFileSync(join(repository, 'docs/setup.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
const [createRoles = '', commitWorkflow = ''] = blocksOf('bash');
const [config = ''] = blocksOf('yaml');

let scene: Scene;
let github: GitHubStandIn;
let stack: DeployedStack;
let pull: Awaited<ReturnType<GitHubStandIn['openPullRequest']>>;
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

const inWorkspace = (path: string) => readFileSync(join(workspace, path), 'utf8');

/** The page's workflow, run by GitHub for an event: the one job that this event starts. */
function runWorkflow(
  event: 'pull_request' | 'push',
  more: { payload?: object; sha?: string },
): Promise<ActionResult> {
  const { jobs } = parse(inWorkspace('.github/workflows/kolena-access.yml')) as { jobs: Record<string, Job> };
  const [job, ...others] = Object.values(jobs).filter((candidate) => runsOn(candidate.if, { event }));
  if (job === undefined || others.length > 0) throw new Error(`not one job runs on ${event}`);
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
      ...(more.sha && { GITHUB_SHA: more.sha }),
    },
    event: more.payload ?? {},
  });
}

test('step 2 deploys bootstrap.yaml, fetched without a clone, as a stack', async () => {
  runBlock(createRoles, {
    curl: `[[ $* == *//raw.githubusercontent.com/*/bootstrap.yaml ]] && cp ${repository}/bootstrap.yaml .`,
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
  pull = await github.openPullRequest('Give Kolena access');
  const { exitCode, outputs, log } = await runWorkflow('pull_request', { payload: pull.event });
  expect(exitCode, log).toBe(0);
  expect(outputs['to-add']).toBe('5');
  const [comment] = await github.comments(pull.number);
  for (const text of ['share-with-kolena', 'training-data/images/']) expect(comment?.body).toContain(text);
});

test('the merge applies exactly that, proves it, keeps to the one comment, and tells what Kolena’s form asks for', async () => {
  const { exitCode, outputs, log } = await runWorkflow('push', { sha: await github.merge(pull.number) });
  expect(exitCode, log).toBe(0);
  expect(outputs).toMatchObject({ verified: 'true', 'to-add': '5' });
  const comments = await github.comments(pull.number);
  expect(comments).toHaveLength(1);
  expect(log).toContain(`Send this to Kolena:\n  Role ARN     ${outputs['role-arn'] ?? ''}\n`);
});
