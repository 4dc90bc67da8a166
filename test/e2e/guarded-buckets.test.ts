import { TagRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { type Check, isVerified } from '../../src/verify/check.ts';
import { actAsKolena, promised } from '../support/act-as-kolena.ts';
import { foreignRules as rules } from '../support/foreign-rules.ts';
import { perimeter } from '../support/gate/organization.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedExternalId, seedPolicy } from '../support/seed.ts';
import { customerAccountId, kolenaAccountId, startWorld, type World } from '../support/world.ts';
import { keyPolicyOf, policyOf } from '../verify/guarded.ts';
import { takeDown } from './mutants.ts';
import { notPassed, simulateIn, verifyIn } from './verify-in-world.ts';

const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3ReadAccess`;
const keyArn = `arn:aws:kms:us-east-1:${customerAccountId}:key/11111111-2222-3333-4444-555555555555`;
const aliasArn = `arn:aws:kms:us-east-1:${customerAccountId}:alias/pictures`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  world.gate.organize(undefined);
  await takeDown(world);
});

const found = (checks: readonly Check[], id: string) => checks.find((check) => check.id === id);
const grantOf = (bucket: string) =>
  JSON.parse(JSON.stringify(seedPolicy).replaceAll('share-with-kolena', bucket)) as PolicyDocument;
const named = (bucket: string) => ({ buckets: [bucket], 'include-public-datasets': false });
const abilities = (bucket: string, key = 'a.png') =>
  actAsKolena(world, { roleArn, externalId: seedExternalId, bucket, key });

test('a plan names the Deny that will hit Kolena, and the Condition that it prints lets Kolena in', async () => {
  const policy = policyOf({
    Sid: 'OnlyTheTeam',
    Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/ci/*', 'arn:aws:iam::*:root'] } },
  });
  await world.createBucket({ name: 'team-only', objects: { 'a.png': 'x' }, corsRules: [...rules], policy });
  const [check] = await simulateIn(world, named('team-only'));
  expect(check).toMatchObject({ id: 'bucket-policy:team-only', status: 'fail' });
  expect(check?.evidence).toContain('OnlyTheTeam');
  await setUpByHand(world, { policy: grantOf('team-only') });
  expect(await abilities('team-only')).toMatchObject({ list: false, get: false });

  const { Condition } = JSON.parse(
    check?.remedy?.split('\n').slice(1).join('\n') ?? '',
  ) as PolicyDocument['Statement'][0];
  await world.createBucket({
    name: 'team-and-kolena',
    objects: { 'a.png': 'x' },
    policy: policyOf({ Sid: 'OnlyTheTeam', ...(Condition && { Condition }) }),
  });
  await takeDown(world);
  await setUpByHand(world, { policy: grantOf('team-and-kolena') });
  expect(await abilities('team-and-kolena')).toMatchObject({ list: true, get: true });
});

test('a plan resolves the alias of a key and names the key policy that refuses', async () => {
  world.gate.addKey(
    keyArn,
    keyPolicyOf({ Principal: { AWS: `arn:aws:iam::${customerAccountId}:role/ci/deploy` } }),
    'pictures',
  );
  await world.createBucket({
    name: 'keyed',
    objects: { 'a.png': 'x' },
    kmsKeyArn: aliasArn,
    ownership: 'ObjectWriter',
  });
  const checks = await simulateIn(world, { ...named('keyed'), 'kms-key-arns': [keyArn] });
  expect(found(checks, 'key-policy:keyed')).toMatchObject({ status: 'fail' });
  expect(found(checks, 'key-policy:keyed')?.evidence).toContain(keyArn);
  expect(found(checks, 'object-ownership:keyed')).toMatchObject({ status: 'warning' });
});

test('a network condition that this runner passes and Kolena does not is a warning with its statement', async () => {
  const policy = policyOf({
    Sid: 'OnlyOurNetwork',
    Condition: { NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
  });
  await world.createBucket({ name: 'our-network', objects: { 'a.png': 'x' }, corsRules: [...rules], policy });
  await setUpByHand(world, { policy: grantOf('our-network') });
  const { checks } = await verifyIn(world, { config: { ...named('our-network'), cors: 'off' } });
  expect(found(checks, 'reads:our-network')).toMatchObject({ status: 'pass' });
  expect(found(checks, 'bucket-policy:our-network')).toMatchObject({
    status: 'warning',
    evidence: expect.stringContaining('OnlyOurNetwork') as string,
  });
  expect(await abilities('our-network')).toMatchObject({
    assumeWithExternalId: true,
    list: false,
    get: false,
  });
});

test("an organization's boundary lets the verifier in and Kolena not: verified from inside, with the limit and its exceptions said", async () => {
  world.gate.organize(perimeter(customerAccountId));
  await setUpByHand(world);
  const { checks } = await verifyIn(world);
  expect(isVerified(checks)).toBe(true);
  expect(notPassed(checks)).toEqual(['organization unprovable']);
  const evidence = found(checks, 'organization')?.evidence;
  expect(evidence).toContain(`\`aws:PrincipalAccount\` ${kolenaAccountId}`);
  expect(evidence).toContain('dp:exclude:identity');
  const asKolena = () => actAsKolena(world, { roleArn, externalId: seedExternalId });
  expect(await asKolena()).toMatchObject({ assumeWithExternalId: false });
  // Each of the two exceptions lets Kolena in.
  world.gate.organize(perimeter(customerAccountId, kolenaAccountId));
  expect(await asKolena()).toEqual(promised);
  world.gate.organize(perimeter(customerAccountId));
  const Tags = [{ Key: 'dp:exclude:identity', Value: 'true' }];
  await world.iam(world.customerRoot).send(new TagRoleCommand({ RoleName: 'KolenaS3ReadAccess', Tags }));
  expect(await asKolena()).toEqual(promised);
});
