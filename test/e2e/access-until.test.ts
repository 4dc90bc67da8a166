import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedExternalId, seedPolicy } from '../support/seed.ts';
import { kolenaPrincipalArn, startWorld, type World } from '../support/world.ts';
import { takeDown } from './mutants.ts';
import { notPassed, verifyIn } from './verify-in-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => takeDown(world));

const secondsAhead = (seconds: number) =>
  new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

/** The role and policy of a config with this end, made as it says. */
async function setUp(accessUntil: string, document?: PolicyDocument) {
  const config = parseAccessConfig({
    buckets: ['share-with-kolena'],
    'kolena-principal-arn': kolenaPrincipalArn,
    'kolena-external-id': seedExternalId,
    'access-until': accessUntil,
  });
  const { role, policies } = decideAccess(config, nothingObserved, { region: 'us-east-1' });
  const [policy] = policies;
  if (role === undefined || policy === undefined) throw new Error('a config wants both');
  return setUpByHand(world, { trustPolicy: role.trustPolicy, policy: document ?? policy.document });
}

async function kolenaAssumes(RoleArn = '') {
  const { Credentials } = await world
    .sts(world.kolena)
    .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'kolena', ExternalId: seedExternalId }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return world.s3({ ...world.kolena, identityArn: RoleArn, credentials });
}

const list = new ListObjectsV2Command({ Bucket: 'share-with-kolena' });

test('a day before its end the access is verified', async () => {
  const end = secondsAhead(24 * 60 * 60);
  await setUp(end);
  const { checks } = await verifyIn(world, { config: { 'access-until': end } });
  expect(notPassed(checks)).toEqual([]);
  expect(isVerified(checks)).toBe(true);
});

test('at its end a running session is cut and the role refused, and the checks prove it', async () => {
  const end = secondsAhead(6);
  const { Arn } = await setUp(end);
  const session = await kolenaAssumes(Arn);
  await expect(session.send(list)).resolves.toMatchObject({ KeyCount: 3 });
  await expect
    .poll(() => session.send(list).catch((error: unknown) => (error as Error).name), { timeout: 20_000 })
    .toBe('AccessDenied');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(end));
  await expect(kolenaAssumes(Arn)).rejects.toThrow('because no role trust policy allows');
  const { checks, waited } = await verifyIn(world, { config: { 'access-until': end } });
  expect(notPassed(checks)).toEqual([]);
  expect(checks.map(({ id }) => id)).toContain('ended-reads:share-with-kolena');
  expect([isUnrefuted(checks), isVerified(checks), waited]).toEqual([true, false, 0]);
});

const failedIn = async () => {
  const { checks } = await verifyIn(world, { config: { 'access-until': '2026-01-01' } });
  return checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
};

test('a session that outlives the end fails, by a policy without it', async () => {
  await setUp('2026-01-01', seedPolicy);
  expect(await failedIn()).toEqual([
    'policies',
    'ended-reads:share-with-kolena',
    'denies-ended:share-with-kolena',
  ]);
});

test('a role that outlives the end fails, and the check opens no role that is not as configured', async () => {
  await setUpByHand(world);
  world.gate.forget();
  expect(await failedIn()).toEqual(['trust-policy', 'policies', 'ended', 'denies-ended:share-with-kolena']);
  expect(world.writes()).toEqual([]);
});
