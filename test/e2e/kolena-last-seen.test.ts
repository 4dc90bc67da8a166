import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lastChanges } from '../../src/aws/cloud-trail/last-changes.ts';
import { kolenaInTrail } from '../../src/aws/cloud-trail/kolena-in-trail.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedExternalId } from '../support/seed.ts';
import { signedIn } from '../support/signed-in.ts';
import {
  customerAccountId,
  kolenaAccountId,
  kolenaPrincipalArn,
  startWorld,
  type World,
} from '../support/world.ts';
import { verifyIn } from './verify-in-world.ts';

const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3ReadAccess`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await setUpByHand(world);
});
afterAll(() => world.stop());
beforeEach(() => {
  world.gate.forget();
});

async function search(as = world.deployer) {
  const { clients, env } = signedIn(world, as, () => undefined);
  let slept = 0;
  const clock = {
    now: () => Date.now(),
    sleep: (milliseconds: number) => {
      slept += milliseconds;
      return Promise.resolve();
    },
  };
  const found = await kolenaInTrail({
    clients,
    env,
    clock,
    kolenaPrincipalArn,
    roleArn,
    regions: ['af-south-1'],
  });
  return { found, slept, lookups: world.gate.calls.filter(({ service }) => service === 'cloudtrail').length };
}

test('a check of ours is not Kolena, and every region is searched', async () => {
  await verifyIn(world);
  const { found, lookups } = await search();
  expect(found).toEqual({ unsearched: [] });
  expect(lookups).toBe(18);
});

test('a real AssumeRole of Kolena is found, behind pages of other events', async () => {
  await world
    .sts(world.kolena)
    .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'kolena', ExternalId: seedExternalId }));
  for (let at = 0; at < 4; at += 1) await verifyIn(world);
  world.gate.trail.pageSize = 2;
  const { found, slept, lookups } = await search();
  expect(found).toEqual({
    last: { time: expect.stringMatching(/Z$/) as string, region: 'us-east-1' },
    unsearched: [],
  });
  expect(lookups).toBeGreaterThanOrEqual(3);
  // Two calls a second.
  expect(slept).toBe((lookups - 1) * 500);
});

test('a throttled call is asked again, later', async () => {
  world.gate.fail({
    action: 'cloudtrail:LookupEvents',
    times: 2,
    answer: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
  });
  const { found } = await search();
  expect(found.last?.region).toBe('us-east-1');
});

test('an event of another region that comes late is found where nothing is in the first ones', async () => {
  const role = `${roleArn}-late`;
  const { clients, env } = signedIn(world, world.deployer, () => undefined);
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const ask = () => kolenaInTrail({ clients, env, clock, kolenaPrincipalArn, roleArn: role, regions: [] });
  expect(await ask()).toEqual({ unsearched: [] });
  const event = {
    eventName: 'AssumeRole',
    eventTime: new Date(Date.now() - 60_000).toISOString(),
    awsRegion: 'eu-west-3',
    userIdentity: { type: 'AWSAccount', accountId: kolenaAccountId },
  };
  world.gate.trail.add({ accountId: customerAccountId, region: 'eu-west-3', roleArn: role, event });
  expect(await ask()).toEqual({ last: { time: event.eventTime, region: 'eu-west-3' }, unsearched: [] });
});

test('without the right nothing fails, and only the first region is asked', async () => {
  const arn = `arn:aws:iam::${customerAccountId}:role/no-trail`;
  await world.createRole({ arn });
  const { found, lookups } = await search(world.sessionOf(arn));
  expect(found).toEqual({ unsearched: ['us-east-1: AccessDeniedException'] });
  expect(lookups).toBe(1);
});

test('who changed a bucket is told by the newest change, behind pages of readings', async () => {
  const bucket = { accountId: customerAccountId, region: 'eu-west-1', roleArn: 'share-with-kolena' };
  const event = (eventName: string, readOnly: boolean, minutes: number) => ({
    eventName,
    readOnly,
    eventTime: new Date(Date.now() - minutes * 60_000).toISOString(),
    awsRegion: 'eu-west-1',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${customerAccountId}:user/jane` },
  });
  for (let at = 0; at < 5; at += 1)
    world.gate.trail.add({ ...bucket, event: event('GetBucketCors', true, at + 1) });
  world.gate.trail.add({ ...bucket, event: event('DeleteBucketCors', false, 10) });
  world.gate.trail.add({ ...bucket, event: event('PutBucketCors', false, 20) });
  world.gate.trail.pageSize = 2;
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const tell = (as: typeof world.deployer) => {
    const { clients, env } = signedIn(world, as, () => undefined);
    return lastChanges({ clients, env, clock }, [{ name: 'share-with-kolena', region: 'eu-west-1' }]);
  };
  expect(await tell(world.deployer)).toEqual([
    expect.stringMatching(
      /^The last change of share-with-kolena .*: DeleteBucketCors on .*, by .*:user\/jane\.$/,
    ),
  ]);
  world.gate.fail({
    action: 'cloudtrail:LookupEvents',
    answer: { status: 403, code: 'AccessDenied', message: 'no' },
  });
  expect(await tell(world.deployer)).toEqual([]);
});
