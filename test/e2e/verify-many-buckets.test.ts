import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
} from '@aws-sdk/client-iam';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { Interrupts } from '../../src/aws/probe/interrupts.ts';
import { seedCors, seedExternalId } from '../support/seed.ts';
import { kolenaPrincipalArn, startWorld, type World } from '../support/world.ts';
import { notPassed, verifyIn } from './verify-in-world.ts';

const buckets = Array.from({ length: 200 }, (_, at) => `vision-dataset-${String(at).padStart(3, '0')}`);
const config = { buckets, 'include-public-datasets': false };

let world: World;
beforeAll(async () => {
  world = await startWorld();
  for (let at = 0; at < buckets.length; at += 20) {
    const some = buckets.slice(at, at + 20);
    const seed = { objects: { 'images/0001.png': 'image' }, corsRules: seedCors };
    await Promise.all(some.map((name) => world.createBucket({ name, ...seed })));
  }
  await grant();
});
afterAll(() => world.stop());

/** Creates the role and the policies that the config promises. */
async function grant(): Promise<void> {
  const iam = world.iam(world.customerRoot);
  const names = { 'kolena-principal-arn': kolenaPrincipalArn, 'kolena-external-id': seedExternalId };
  const desired = decideAccess(parseAccessConfig({ ...config, ...names }), nothingObserved, {
    region: 'us-east-1',
  });
  const RoleName = desired.role?.name;
  const AssumeRolePolicyDocument = JSON.stringify(desired.role?.trustPolicy);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  for (const { name, document } of desired.policies) {
    const PolicyDocument = JSON.stringify(document);
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
  }
}

test('200 buckets are verified in one session, by one change of the trust policy, 16 calls at a time', async () => {
  // Slow enough that what may be in flight at once, is.
  world.gate.fail({ action: 's3:*', delay: 25 });
  world.gate.forget();
  const inFlight: number[] = [];
  const watch = setInterval(() => {
    inFlight.push(world.gate.calls.filter(({ status }) => status === 0).length);
  }, 5);
  const { checks } = await verifyIn(world, { config });
  clearInterval(watch);

  expect(notPassed(checks)).toEqual([]);
  const passed = (kind: string) => checks.filter(({ id }) => id.startsWith(`${kind}:`));
  for (const kind of ['lists', 'reads', 'presigned', 'preflight', 'foreign-cors', 'grants', 'denies-write'])
    expect(passed(kind), kind).toHaveLength(200);

  const called = (action: string) => world.gate.calls.filter((call) => call.action === action);
  // With the external ID; the other two are those that must be refused.
  expect(called('sts:AssumeRole').map(({ status }) => status)).toEqual([200, 403, 403]);
  // Lent and taken back.
  expect(called('iam:UpdateAssumeRolePolicy')).toHaveLength(2);
  const session = /assumed-role\/KolenaS3ReadAccess\/kolena-s3-access-verify$/;
  const listed = called('s3:ListBucket').filter(({ principal }) => session.test(principal));
  expect(new Set(listed.map(({ resource }) => resource)).size).toBe(200);
  expect(Math.max(...inFlight)).toBeLessThanOrEqual(16);
  expect(Math.max(...inFlight), 'the calls run side by side').toBeGreaterThan(8);
});

test('a signal takes the trust back at once, however many calls of 200 buckets are waiting for an answer', async () => {
  const trustNow = async () =>
    (await world.iam(world.customerRoot).send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).Role
      ?.AssumeRolePolicyDocument;
  const before = await trustNow();
  const statement: boolean[] = [];
  let send: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupts: Interrupts = { listen: (handler) => ((send = handler), () => undefined) };
  const ended = verifyIn(world, {
    config,
    interrupts,
    onLine: (line) => {
      if (!line.startsWith('Assumed the role')) return;
      // Nothing of S3 is answered for as long as the test may take.
      world.gate.fail({ action: 's3:*', delay: 600_000 });
      void setTimeout(300)
        .then(trustNow)
        .then((trust) => {
          statement.push(trust?.includes('KolenaVerifyTemporary') ?? false);
          send('SIGTERM');
        });
    },
  });
  await expect(ended).rejects.toThrow('SIGTERM');
  expect(statement, 'it was lent when the signal came').toEqual([true]);
  expect(await trustNow()).toBe(before);
});
