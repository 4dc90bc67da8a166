import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as iamCommands from '@aws-sdk/client-iam';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { repository } from '../support/cache-folder.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedExternalId } from '../support/seed.ts';
import { stopAtFirstFailure } from '../support/story.ts';
import { customerAccountId } from '../support/world.ts';

const page = readFileSync(join(repository, 'docs/troubleshooting.md'), 'utf8');
const section = /^## Cut access now$(.*?)^## /ms.exec(page)?.[1] ?? '';
const cutAccess = /^```sh\n(.*?)^```/ms.exec(section)?.[1] ?? '';
/** What gives access back, as it stands in a sentence. */
const takeOff = /`(aws iam delete-role-policy [^`]+)`/.exec(section)?.[1] ?? '';
const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3ReadAccess`;
const Bucket = 'share-with-kolena';

let scene: Scene;
let github: GitHubStandIn;
let merged: string;
/** A session from before the incident, and a URL that it signed. */
let before: { readonly s3: S3Client; readonly url: string };

stopAtFirstFailure();
beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));
beforeEach(() => {
  scene.world.gate.forget();
});

/** Runs words of the page in bash, and sends what they call `aws` with as the account's administrator. */
async function follow(words: string): Promise<void> {
  const separated = `aws() { printf '%s\\0' "$@"; printf '\\n\\0'; }\n${words}`;
  const output = execFileSync('bash', ['-euo', 'pipefail', '-c', separated], { encoding: 'utf8' });
  const calls = output.split('\0\n\0').filter((call) => call !== '');
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) await send(call.split('\0'));
}

/** `aws iam delete-role-policy --role-name R` is DeleteRolePolicy with RoleName R. */
async function send([service, operation = '', ...options]: readonly string[]): Promise<void> {
  expect(service).toBe('iam');
  const pascal = (kebab: string) =>
    kebab.replace(/(?:^-*|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const values = options.flatMap((name, at) => (at % 2 === 0 ? [[pascal(name), options[at + 1]]] : []));
  type Command = new (input: object) => iamCommands.DeleteRolePolicyCommand;
  const Command = (iamCommands as unknown as Record<string, Command>)[`${pascal(operation)}Command`];
  if (Command === undefined) throw new Error(`no operation of IAM: ${operation}`);
  await scene.world.iam(scene.world.customerRoot).send(new Command(Object.fromEntries(values) as object));
}

type Inputs = Readonly<Record<string, string>>;

/** The job that applies, or one that a person starts. */
const run = (inputs: Inputs, event: 'push' | 'workflow_dispatch' = 'push') =>
  scene.run(
    { 'require-approved-plan': 'true', comment: 'always', 'github-token': github.jobToken, ...inputs },
    { env: { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: event, GITHUB_SHA: merged } },
  );

async function applyVerified(event?: 'workflow_dispatch'): Promise<void> {
  const { exitCode, outputs, log } = await run({ command: 'apply' }, event);
  expect({ exitCode, verified: outputs['verified'] }, log).toEqual({ exitCode: 0, verified: 'true' });
}

async function assume(): Promise<S3Client> {
  const { world } = scene;
  const { Credentials } = await world
    .sts(world.kolena)
    .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'kolena', ExternalId: seedExternalId }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return world.s3({ ...world.kolena, identityArn: roleArn, credentials });
}

const reads = async () => ({
  session: await before.s3.send(new ListObjectsV2Command({ Bucket })).then(
    () => 'reads',
    (error: unknown) => (error as Error).name,
  ),
  url: (await fetch(before.url)).status,
});

describe('the page "Cut access now", under the approval gate', () => {
  test('what a pull request showed is applied, and Kolena reads', async () => {
    const pull = github.openPullRequest('Give Kolena access');
    const env = { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'pull_request' };
    const shown = await scene.run(
      { comment: 'always', 'github-token': github.jobToken },
      { env, event: pull.event },
    );
    expect(shown.exitCode, shown.log).toBe(0);
    merged = github.merge(pull.number);
    await applyVerified();
    const s3 = await assume();
    const object = new GetObjectCommand({ Bucket, Key: 'images/0001.png' });
    before = { s3, url: await getSignedUrl(s3, object, { expiresIn: 3600 }) };
    expect(await reads()).toEqual({ session: 'reads', url: 200 });
  });

  test('its two commands refuse a new session, and cut the one that runs and the URL that it signed', async () => {
    await follow(cutAccess);
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await reads()).toEqual({ session: 'AccessDenied', url: 403 });
  });

  test('a run under the gate writes nothing, since what was shown is applied already', async () => {
    const { outputs, errors, log } = await run({ command: 'apply' });
    expect(outputs['failure-reason'], log).toBe('not-approved');
    expect(errors.join('\n')).toContain('is applied already');
    expect(scene.world.writes()).toEqual([]);
  });

  test('a run without the gate writes the trust policy back, and fails; reads stay cut', async () => {
    const { exitCode, outputs, log } = await run({
      command: 'apply',
      'require-approved-plan': 'false',
      'verify-timeout': '0',
    });
    expect({ exitCode, verified: outputs['verified'] }, log).toEqual({ exitCode: 1, verified: 'false' });
    await assume();
    expect(await reads()).toEqual({ session: 'AccessDenied', url: 403 });
  });

  test('destroy refuses while the inline policy stands', async () => {
    await follow(cutAccess);
    const { errors, log } = await run({ command: 'destroy', 'allow-destroy': 'true' });
    expect(errors.join('\n'), log).toContain('CutAccessNow (inline)');
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('without the inline policy a session from before reads again, which is why the page says to wait', async () => {
    await follow(takeOff);
    expect(await reads()).toEqual({ session: 'reads', url: 200 });
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(section).toContain('wait until the sessions from before have ended');
  });

  test('a plan by hand, and then apply, gives access back', async () => {
    const shown = await run({ command: 'plan' }, 'workflow_dispatch');
    expect(shown.exitCode, shown.log).toBe(0);
    await applyVerified('workflow_dispatch');
    await assume();
  });

  test('after another cut, a plan of the removal and destroy end it for good', async () => {
    await follow(cutAccess);
    await follow(takeOff);
    const removal = { destroy: 'true', 'allow-destroy': 'true' };
    const shown = await run({ command: 'plan', ...removal }, 'workflow_dispatch');
    expect(shown.exitCode, shown.log).toBe(0);
    const { exitCode, log } = await run({ command: 'destroy', 'allow-destroy': 'true' }, 'workflow_dispatch');
    expect(exitCode, log).toBe(0);
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await reads()).session).not.toBe('reads');
  });
});
