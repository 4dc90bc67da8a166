import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { readYaml } from '../../src/action/yaml-file.ts';
import { exampleParameters } from '../support/bootstrap.ts';
import { deployStack } from '../support/deploy-stack.ts';
import { filledIn } from '../support/expressions.ts';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { runAction, type ActionResult } from '../support/run-action.ts';
import { claimsOf } from '../support/job-claims.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

const folder = 'examples/many-accounts';

/** One entry of the matrix. */
interface Account {
  readonly name: string;
  readonly account: string;
}

interface Job {
  readonly environment?: string;
  readonly strategy: { readonly matrix: { readonly include: readonly Account[] } };
  readonly steps: readonly { readonly with?: Readonly<Record<string, string | boolean>> }[];
}

interface Workflow {
  readonly jobs: { readonly plan: Job; readonly apply: Job };
}

const { jobs } = parse(readFileSync(`${folder}/workflow.yml`, 'utf8')) as Workflow;
const accounts = jobs.plan.strategy.matrix.include;
const configOf = ({ name }: Account) => `${folder}/access/${name}.yml`;

let scene: Scene;
let github: GitHubStandIn;

stopAtFirstFailure();
beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
  for (const account of accounts) await furnish(account);
  const kolena = new Set(
    accounts.map((account) => parseAccessConfig(readYaml(configOf(account))).kolenaPrincipalArn),
  );
  for (const arn of kolena) await scene.world.createRole({ arn });
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

/** The account with the stack of bootstrap.yaml, and with the bucket that the example's config names. */
async function furnish(account: Account): Promise<void> {
  const { world } = scene;
  const root = world.rootOf(account.account);
  const buckets = parseAccessConfig(readYaml(configOf(account))).buckets.map(({ bucket }) => bucket);
  const parameters = {
    ...exampleParameters,
    OidcProvider: 'create',
    Environment: jobs.apply.environment ?? '',
    Buckets: buckets.join(','),
  };
  await deployStack(world, parameters, account.account);
  for (const Bucket of buckets) {
    await world.s3(root).send(new CreateBucketCommand({ Bucket }));
    await world.s3(root).send(new PutObjectCommand({ Bucket, Key: '0001.png', Body: account.name }));
  }
}

/** All jobs of the matrix at the same time, as GitHub starts them. */
function runMatrix(event: 'pull_request' | 'push', { payload = {}, env = {} }): Promise<ActionResult[]> {
  const { world, terraform } = scene;
  const job = event === 'push' ? jobs.apply : jobs.plan;
  const inputs = job.steps.find((step) => step.with !== undefined)?.with ?? {};
  const runs = accounts.map((account) =>
    runAction({
      workspace: folder,
      inputs: {
        'github-token': github.jobToken,
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, text]) => [
            name,
            filledIn(String(text), { event, matrix: { ...account } }),
          ]),
        ),
      },
      env: {
        ...terraform.env,
        ...world.issuer.env(claimsOf({ ...job, event })),
        AWS_ENDPOINT_URL: world.endpoint,
        AWS_REGION: 'us-east-1',
        GITHUB_API_URL: github.url,
        GITHUB_EVENT_NAME: event,
        ...env,
      },
      event: payload,
    }),
  );
  return Promise.all(runs);
}

function expectSuccess(results: readonly ActionResult[]): void {
  for (const { exitCode, errors, log } of results) expect(exitCode, `${errors.join('\n')}\n${log}`).toBe(0);
}

const outputs = (results: readonly ActionResult[], name: string) =>
  results.map((result) => result.outputs[name] ?? '');

describe('the example for many accounts', () => {
  let pull: OpenedPullRequest;
  let planned: ActionResult[];

  test('plans three accounts at once on one machine, each with a comment, files and outputs of its own', async () => {
    pull = github.openPullRequest('Give Kolena access');
    const temp = mkdtempSync(join(tmpdir(), 'runner-temp-'));
    planned = await runMatrix('pull_request', { payload: pull.event, env: { RUNNER_TEMP: temp } });
    expectSuccess(planned);

    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ id }) => String(id)).sort()).toEqual(outputs(planned, 'comment-id').sort());
    const paths = ['plan-json-path', 'terraform-json-path'].flatMap((name) => outputs(planned, name));
    expect(new Set(paths).size).toBe(2 * accounts.length);
    for (const [at, entry] of accounts.entries()) {
      const own = planned[at]?.outputs ?? {};
      expect(own['role-arn']).toBe(`arn:aws:iam::${entry.account}:role/KolenaS3ReadAccess`);
      const comment = comments.find(({ id }) => String(id) === own['comment-id'])?.body ?? '';
      expect(own['terraform-json-path']).toContain(temp);
      const json = readFileSync(own['terraform-json-path'] ?? '', 'utf8');
      for (const text of [comment, json])
        expect(accounts.filter(({ name }) => text.includes(`example-${name}-images`))).toEqual([entry]);
    }
  });

  test('applies in each account what its own comment showed, and proves it', async () => {
    const applied = await runMatrix('push', { env: { GITHUB_SHA: github.merge(pull.number) } });
    expectSuccess(applied);
    expect(outputs(applied, 'verified')).toEqual(accounts.map(() => 'true'));
    for (const name of ['plan-digest', 'comment-id', 'role-arn'])
      expect(outputs(applied, name), name).toEqual(outputs(planned, name));
  });
});
