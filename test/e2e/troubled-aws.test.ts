import { setTimeout as sleep } from 'node:timers/promises';
import { CreatePolicyVersionCommand, GetRoleCommand, ListPolicyVersionsCommand } from '@aws-sdk/client-iam';
import { PutBucketCorsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { corsOf } from '../support/cors-of.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import { slowDown } from '../support/gate/faults.ts';
import { setUpByHand } from '../support/hand-made.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedCors, seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { customerAccountId, kolenaAccountId } from '../support/world.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  await scene.world.createBucket({ name: 'of-somebody-else', owner: 'kolena' });
  const Resource = ['arn:aws:s3:::open-to-all', 'arn:aws:s3:::open-to-all/*'];
  await scene.world.createBucket({
    name: 'open-to-all',
    owner: 'kolena',
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource }],
    },
  });
});
afterAll(() => scene.stop());
beforeEach(() => {
  scene.world.gate.forget();
});

function expectFailure(
  { exitCode, outputs, errors, log }: ActionResult,
  reason: string,
  named: string[],
): void {
  expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({ exitCode: 1, reason });
  expect(errors).toHaveLength(1);
  for (const text of named) expect(errors[0]).toContain(text);
  expect(errors[0]).not.toMatch(/^\s+at /m);
}

describe('nothing is changed, and the error says what to do,', () => {
  test('nothing is changed when a bucket does not exist', async () => {
    const result = await scene.run({ command: 'apply', buckets: 'share-with-kolena\nno-such-bucket' });
    expectFailure(result, 'invalid-input', ['no-such-bucket']);
    expect(scene.world.writes()).toEqual([]);
  });

  test.each([
    ['of-somebody-else', 'credentials', 'another account'],
    ['open-to-all', 'invalid-input', `Not of account ${customerAccountId}, but of another`],
  ])(
    'nothing is changed when a bucket is somebody else’s, opened to everybody or not: %s',
    async (bucket, reason, whose) => {
      const result = await scene.run({ command: 'apply', buckets: bucket });
      expectFailure(result, reason, [bucket, whose]);
      expect(scene.world.writes()).toEqual([]);
    },
  );

  test('nothing is changed when the deploy role is not allowed to read CORS rules: the error is the statement to add', async () => {
    const arn = `arn:aws:iam::${customerAccountId}:role/ci/no-cors`;
    await scene.world.createRole({
      arn,
      policy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: 's3:GetBucketCORS', Resource: '*' },
        ],
      },
    });
    scene.world.gate.forget();
    const env = scene.world.env(scene.world.sessionOf(arn));
    expectFailure(await scene.run({ command: 'apply' }, { env }), 'credentials', [
      's3:GetBucketCORS',
      'share-with-kolena',
    ]);
    expect(scene.world.writes()).toEqual([]);
  });

  test('nothing is changed when the role trusts somebody else', async () => {
    const stranger = `arn:aws:iam::${kolenaAccountId}:role/stranger`;
    const trust = seedTrustPolicy(stranger);
    const trustPolicy = {
      ...trust,
      Statement: trust.Statement.map((one) => ({ ...one, Sid: 'AnotherTeam' })),
    };
    await setUpByHand(scene.world, { roleName: 'TrustsAnother', trustPolicy });
    scene.world.gate.forget();
    const names = { 'role-name': 'TrustsAnother', 'policy-name': 'TrustsAnother' };
    expectFailure(await scene.run({ command: 'apply', ...names }), 'destroy-refused', [
      stranger,
      'allow-destroy',
    ]);
    expect(scene.world.writes()).toEqual([]);
  });

  test('nothing is changed when CORS rules change between plan and apply', async () => {
    const s3 = scene.world.s3(scene.world.customerRoot);
    let changed: Promise<unknown> | undefined;
    const result = await scene.run(
      { command: 'apply' },
      {
        onLine: (line) => {
          if (!line.startsWith('Plan:')) return;
          const CORSConfiguration = { CORSRules: foreignRules };
          changed ??= s3.send(new PutBucketCorsCommand({ Bucket: 'share-with-kolena', CORSConfiguration }));
        },
      },
    );
    await changed;
    expectFailure(result, 'plan-changed', ['share-with-kolena']);
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual(foreignRules);
  });
});

test('a policy with five versions loses its oldest and gets the new one', async () => {
  const name = 'FiveVersions';
  await setUpByHand(scene.world, { roleName: name, corsRules: seedCors });
  const iam = scene.world.iam(scene.world.customerRoot);
  const PolicyArn = `arn:aws:iam::${customerAccountId}:policy/${name}`;
  for (let version = 2; version <= 5; version += 1) {
    const PolicyDocument = JSON.stringify({ ...seedPolicy, Id: `version-${version}` });
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
  }
  const names = { 'role-name': name, 'policy-name': name };
  const { exitCode, log } = await scene.run({ command: 'apply', ...names, 'object-versions': 'true' });
  expect(exitCode, log).toBe(0);
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(expect.arrayContaining(['v6']));
  expect(Versions).toHaveLength(5);
});

describe('a run that ends half-way', () => {
  const atPolicy = (signal: 'SIGINT' | 'SIGKILL') => ({
    interrupt: { at: /^aws_iam_policy\.kolena: (Creation|Destruction) complete/, signal },
  });
  const foreignFirst = async () =>
    (await corsOf(scene.world, 'share-with-kolena')).slice(0, foreignRules.length);

  test('a run whose runner died in an apply leaves foreign rules as they were, and goes on when repeated', async () => {
    const CORSConfiguration = { CORSRules: foreignRules };
    await scene.world
      .s3(scene.world.customerRoot)
      .send(new PutBucketCorsCommand({ Bucket: 'share-with-kolena', CORSConfiguration }));
    const names = { 'role-name': 'DiedInApply', 'policy-name': 'DiedInApply' };
    const killed = await scene.run({ command: 'apply', ...names }, atPolicy('SIGKILL'));
    expect(killed.exitCode, killed.log).toBe(-1);
    expect(await foreignFirst()).toEqual(foreignRules);

    const { exitCode, outputs, log } = await scene.run({ command: 'apply', ...names });
    expect(exitCode, log).toBe(0);
    expect(outputs['verified']).toBe('true');
    expect(await foreignFirst()).toEqual(foreignRules);
    expect((await corsOf(scene.world, 'share-with-kolena')).length).toBe(foreignRules.length + 1);
    expect((await scene.run({ command: 'plan', ...names })).outputs['has-changes']).toBe('false');
  });

  test('a run whose job was cancelled leaves foreign rules in their order, and goes on when repeated', async () => {
    const CORSConfiguration = { CORSRules: foreignRules };
    await scene.world
      .s3(scene.world.customerRoot)
      .send(new PutBucketCorsCommand({ Bucket: 'share-with-kolena', CORSConfiguration }));
    // The policy takes its time, so that the attachment, which needs it, is never begun.
    scene.world.gate.fail({ action: 'iam:CreatePolicy', times: 1, delay: 1500 });
    const cancelled = await scene.run(
      { command: 'apply' },
      { interrupt: { at: /^aws_iam_policy\.kolena: Creating/, signal: 'SIGINT' } },
    );
    expect(cancelled.exitCode, cancelled.log).not.toBe(0);
    expect(await foreignFirst()).toEqual(foreignRules);
    // The call that was under way arrives all the same, later than a run that is repeated at once would look.
    await sleep(5000);

    const { exitCode, outputs, log } = await scene.run({ command: 'apply' });
    expect(exitCode, log).toBe(0);
    expect(outputs['verified']).toBe('true');
    expect(await foreignFirst()).toEqual(foreignRules);
  });

  test('a destroy whose runner died takes the rest away when repeated', async () => {
    const inputs = { command: 'destroy', 'allow-destroy': 'true' };
    const killed = await scene.run(inputs, atPolicy('SIGKILL'));
    expect(killed.exitCode, killed.log).toBe(-1);
    const { exitCode, log } = await scene.run(inputs);
    expect(exitCode, log).toBe(0);
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual(foreignRules);
    const iam = scene.world.iam(scene.world.customerRoot);
    await expect(iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });
});

test('an AWS that is slow to spread, throttles and drops connections is waited for', async () => {
  scene.world.gate.propagate({ trustMs: 2000, permissionMs: 3000 });
  scene.world.gate.fail({ action: 's3:GetBucketCORS', times: 2, answer: slowDown });
  scene.world.gate.fail({ action: 'iam:GetRole', times: 1, answer: 'reset' });
  const names = { 'role-name': 'SlowlySpreading', 'policy-name': 'SlowlySpreading' };
  const { exitCode, outputs, log } = await scene.run({ command: 'apply', ...names });
  scene.world.gate.propagate({});
  expect(exitCode, log).toBe(0);
  expect(outputs['verified']).toBe('true');
  const trust = JSON.stringify(await scene.world.trustPolicy('SlowlySpreading'));
  expect(trust).not.toContain('role/ci/deploy');
});

test('readings from before an apply bring no former principal back', async () => {
  const names = { 'role-name': 'ReadLate', 'policy-name': 'ReadLate' };
  const first = await scene.run({ command: 'apply', ...names });
  expect(first.exitCode, first.log).toBe(0);
  scene.world.gate.propagate({ readMs: 3000 });
  const principal = scene.world.stranger.identityArn;
  const { exitCode, outputs, log } = await scene.run({
    command: 'apply',
    'allow-destroy': 'true',
    'kolena-principal-arn': principal,
    ...names,
  });
  scene.world.gate.propagate({});
  expect(exitCode, log).toBe(0);
  expect(outputs['verified']).toBe('true');
  const trust = await scene.world.trustPolicy('ReadLate');
  expect(trust.Statement.map(({ Principal }) => Principal)).toEqual([{ AWS: principal }]);
});
