import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetPolicyCommand, GetRoleCommand, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../src/verify/check.ts';
import { corsOf } from '../support/cors-of.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';
import { customerAccountId } from '../support/world.ts';

/** Versions of the config as the branch has them, oldest first; the last one is checked out. */
const versions: string[] = [];
let scene: Scene;
let github: Server;

stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
  github = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://github');
    const [, kind = '', rest = ''] =
      /^\/repos\/octo-org\/data-access\/(commits|contents|branches)\/?(.*)$/.exec(url.pathname) ?? [];
    const answers: Readonly<Record<string, () => unknown>> = {
      commits: () =>
        rest === ''
          ? versions
              .map((_, at) => ({ sha: `c${at}`, commit: { committer: { date: '2026-11-26T00:00:00Z' } } }))
              .reverse()
          : [],
      contents: () => {
        const text =
          rest === 'kolena-s3.yml' ? versions[Number(url.searchParams.get('ref')?.slice(1))] : undefined;
        return text === undefined ? undefined : { content: Buffer.from(text).toString('base64') };
      },
      branches: () => ({ commit: { sha: `c${versions.length - 1}` } }),
    };
    const answer = answers[kind]?.();
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { message: 'Not Found' }));
  });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  github.closeAllConnections();
  github.close();
  await scene.stop();
});

/** Merges a version of the config. */
function merge(role: string, policy: string, buckets: readonly string[]): void {
  versions.push(JSON.stringify({ 'role-name': role, 'policy-name': policy, buckets }));
}

/** Runs on the merge of the newest version. */
function run(inputs: Readonly<Record<string, string>>): Promise<ActionResult> {
  const workspace = mkdtempSync(join(tmpdir(), 'former-role-'));
  mkdirSync(join(workspace, '.git'));
  return scene.run(
    { buckets: '', ...inputs },
    {
      workspace,
      files: { 'kolena-s3.yml': versions.at(-1) ?? '' },
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}`,
        GITHUB_SHA: `c${versions.length - 1}`,
      },
    },
  );
}

const checkIn = ({ outputs }: ActionResult, id: string) =>
  (JSON.parse(outputs['checks'] ?? '[]') as Check[]).find((check) => check.id === id);
const iam = () => scene.world.iam(scene.world.customerRoot);
const isGone = expect.objectContaining({ name: expect.stringMatching(/^NoSuchEntity/) as string }) as Error;
const policyArn = (name: string) => `arn:aws:iam::${customerAccountId}:policy/${name}`;

test('a role whose names both changed is shown, and an apply that is not allowed to delete it changes nothing', async () => {
  merge('OldRole', 'Old', ['share-with-kolena', 'not-shared']);
  const first = await run({ command: 'apply' });
  expect(first.exitCode, first.log).toBe(0);
  merge('NewRole', 'New', ['share-with-kolena']);
  scene.world.gate.forget();
  const { errors, outputs, summary, log } = await run({ command: 'apply' });
  expect(outputs['failure-reason'], log).toBe('destroy-refused');
  expect(errors.join('\n')).toContain('delete aws_iam_role.kolena_former_1 ("OldRole")');
  expect(summary).toContain('OldRole');
  expect(scene.world.writes()).toEqual([]);
});

test('a check fails by its name while it lets Kolena in', async () => {
  const result = await run({ command: 'verify' });
  expect(result.outputs['verified'], result.log).toBe('false');
  expect(checkIn(result, 'former-role:OldRole')).toMatchObject({ status: 'fail' });
});

test('with allow-destroy it goes, with its policy and the CORS rule of the bucket dropped at once', async () => {
  const result = await run({ command: 'apply', 'allow-destroy': 'true' });
  expect(result.exitCode, result.log).toBe(0);
  expect(result.outputs['verified']).toBe('true');
  expect(checkIn(result, 'former-role:OldRole')).toMatchObject({ status: 'pass' });
  await expect(iam().send(new GetRoleCommand({ RoleName: 'OldRole' }))).rejects.toEqual(isGone);
  await expect(iam().send(new GetPolicyCommand({ PolicyArn: policyArn('Old') }))).rejects.toEqual(isGone);
  expect(await corsOf(scene.world, 'not-shared')).toEqual([]);
  const again = await run({ command: 'plan' });
  expect(again.outputs['has-changes'], again.log).toBe('false');
});

test('a role alone that is renamed leaves its policy to the new one', async () => {
  merge('NewestRole', 'New', ['share-with-kolena']);
  const result = await run({ command: 'apply', 'allow-destroy': 'true' });
  expect(result.exitCode, result.log).toBe(0);
  expect(result.outputs['verified']).toBe('true');
  await expect(iam().send(new GetRoleCommand({ RoleName: 'NewRole' }))).rejects.toEqual(isGone);
  const { AttachedPolicies } = await iam().send(
    new ListAttachedRolePoliciesCommand({ RoleName: 'NewestRole' }),
  );
  expect(AttachedPolicies).toEqual([{ PolicyName: 'New', PolicyArn: policyArn('New') }]);
});

test('a policy alone that is renamed leaves the role without asking', async () => {
  merge('NewestRole', 'Newest', ['share-with-kolena']);
  const result = await run({ command: 'apply' });
  expect(result.exitCode, result.log).toBe(0);
  expect(result.outputs['verified']).toBe('true');
  await expect(iam().send(new GetPolicyCommand({ PolicyArn: policyArn('New') }))).rejects.toEqual(isGone);
});
