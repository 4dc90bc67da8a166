import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Observed } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { observe } from '../../src/aws/observe/observe.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import type { Principal } from '../support/gate/principal.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { signedIn } from '../support/signed-in.ts';
import { keyPolicyOf } from '../verify/guarded.ts';
import {
  administrator,
  customerAccountId,
  kolenaPrincipalArn,
  startWorld,
  type World,
} from '../support/world.ts';

const keyArn = `arn:aws:kms:eu-west-1:${customerAccountId}:key/11111111-2222-3333-4444-555555555555`;
const roleArn = (name: string) => `arn:aws:iam::${customerAccountId}:role/${name}`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.createBucket({
    name: 'in-europe',
    region: 'eu-west-1',
    corsRules: foreignRules,
    kmsKeyArn: keyArn,
  });
  await world.createBucket({ name: 'of-somebody-else', owner: 'kolena' });
  await world.createBucket({ name: 'granted-before', region: 'eu-west-1', corsRules: foreignRules });
});
afterAll(() => world.stop());

async function observed(
  buckets: string[],
  {
    as = world.deployer,
    lines = [],
    isRemoval = false,
  }: { as?: Principal; lines?: string[]; isRemoval?: boolean } = {},
): Promise<Observed> {
  const config = parseAccessConfig({ buckets, 'kolena-principal-arn': kolenaPrincipalArn });
  const { clients, caller, log } = signedIn(world, as, (line) => void lines.push(line));
  return observe({ clients, caller, config, isRemoval, log });
}

/** A session of a role that is allowed to do everything but these actions, which nothing denies explicitly. */
async function without(name: string, NotAction: string[]): Promise<Principal> {
  const statement = { Effect: 'Allow', NotAction, Resource: '*' } as const;
  await world.createRole({ arn: roleArn(name), policy: { ...administrator, Statement: [statement] } });
  return world.sessionOf(roleArn(name));
}

// One story, told in order.
describe('observe', () => {
  test('finds each bucket in its region, its rules in order and its key, and no role', async () => {
    const { buckets, role, policies } = await observed(['share-with-kolena', 'in-europe']);
    expect(role).toBeUndefined();
    expect(policies).toEqual([]);
    expect(buckets['share-with-kolena']).toEqual({
      name: 'share-with-kolena',
      region: 'us-east-1',
      corsRules: [],
      guard: { ownership: 'BucketOwnerEnforced', unread: [] },
    });
    expect(buckets['in-europe']).toEqual({
      ...{ name: 'in-europe', region: 'eu-west-1', defaultKmsKeyArn: keyArn },
      corsRules: foreignRules,
      guard: {
        ownership: 'BucketOwnerEnforced',
        // As of every key that nobody gave another one.
        keyPolicy: keyPolicyOf({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } }),
        unread: [],
      },
    });
  });

  test('names all buckets that do not exist at once', async () => {
    await expect(observed(['share-with-kolena', 'no-such-one', 'nor-this-one'])).rejects.toMatchObject({
      reason: 'invalid-input',
      message: expect.stringMatching(/no-such-one, nor-this-one/) as string,
    });
  });

  test('says of a bucket of another account what is known', async () => {
    await expect(observed(['of-somebody-else'])).rejects.toMatchObject({
      message: expect.stringMatching(/of-somebody-else.*another account/) as string,
      remedy: expect.stringContaining('"s3:GetBucketCORS"') as string,
    });
  });

  test('prints the statement to add without the right to read CORS rules', async () => {
    const as = await without('no-cors', ['s3:GetBucketCORS']);
    await expect(observed(['share-with-kolena'], { as })).rejects.toMatchObject({
      reason: 'credentials',
      message: expect.stringContaining(
        'is not allowed to read the CORS rules of share-with-kolena',
      ) as string,
      remedy: expect.stringContaining('arn:aws:s3:::share-with-kolena') as string,
    });
  });

  test('prints the statement to add without the right to read the role', async () => {
    const as = await without('no-iam', ['iam:GetRole']);
    await expect(observed(['share-with-kolena'], { as })).rejects.toMatchObject({
      reason: 'credentials',
      remedy: expect.stringMatching(/"iam:GetRole"[^]*role\/KolenaS3ReadAccess/) as string,
    });
  });

  test('does without the right to read encryption, and says so', async () => {
    const lines: string[] = [];
    const as = await without('no-encryption', ['s3:GetEncryptionConfiguration']);
    const { buckets } = await observed(['in-europe'], { as, lines });
    expect(buckets['in-europe']).not.toHaveProperty('defaultKmsKeyArn');
    expect(lines.join('\n')).toContain('s3:GetEncryptionConfiguration');
  });

  test('finds the role, its policies by number, attached or not, and the buckets granted before', async () => {
    const iam = world.iam(world.customerRoot);
    const { RoleId } = await setUpByHand(world);
    const grants = (bucket: string): PolicyDocument => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` }],
    });
    const create = async (PolicyName: string, bucket: string) =>
      (
        await iam.send(
          new CreatePolicyCommand({ PolicyName, PolicyDocument: JSON.stringify(grants(bucket)) }),
        )
      ).Policy?.Arn;
    await create('KolenaS3ReadAccess-2', 'granted-before');
    await create('KolenaS3ReadAccess-4', 'behind-a-gap');
    const foreignArn = await create('Foreign', 'not-shared');
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'KolenaS3ReadAccess', PolicyArn: foreignArn }));
    const { role, policies, buckets } = await observed(['share-with-kolena']);
    expect(role).toMatchObject({
      roleId: RoleId,
      path: '/',
      trustPolicy: seedTrustPolicy(kolenaPrincipalArn),
    });
    expect(role?.attachedPolicies.map(({ name }) => name).sort()).toEqual(['Foreign', 'KolenaS3ReadAccess']);
    expect(policies.map(({ name, attached }) => [name, attached])).toEqual([
      ['KolenaS3ReadAccess', true],
      ['KolenaS3ReadAccess-2', false],
    ]);
    expect(policies[0]).toMatchObject({ document: seedPolicy, usedElsewhere: 0 });
    expect(Object.keys(buckets).sort()).toEqual(['granted-before', 'share-with-kolena']);
    expect(buckets['granted-before']).toMatchObject({ region: 'eu-west-1', corsRules: foreignRules });
  });

  test('counts who else uses a policy', async () => {
    await world.createRole({ arn: `arn:aws:iam::${customerAccountId}:role/other` });
    const PolicyArn = `arn:aws:iam::${customerAccountId}:policy/KolenaS3ReadAccess`;
    const iam = world.iam(world.customerRoot);
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'other', PolicyArn }));
    const { policies } = await observed(['share-with-kolena']);
    expect(policies.map(({ usedElsewhere }) => usedElsewhere)).toEqual([1, 0]);
  });

  test('keeps the version that the next change of a policy with five would push out', async () => {
    const PolicyArn = `arn:aws:iam::${customerAccountId}:policy/KolenaS3ReadAccess`;
    for (const number of [2, 3, 4, 5]) {
      const document = { ...seedPolicy, Id: `version-${number}` };
      const version = { PolicyArn, PolicyDocument: JSON.stringify(document), SetAsDefault: number === 5 };
      await world.iam(world.customerRoot).send(new CreatePolicyVersionCommand(version));
    }
    const { policies } = await observed(['share-with-kolena']);
    expect(policies[0]).toMatchObject({
      document: { Id: 'version-5' },
      oldestVersion: { id: 'v1', document: seedPolicy },
    });
  });

  test('passes over a bucket that was granted before and is gone', async () => {
    await world
      .s3(world.customerRoot, 'eu-west-1')
      .send(new DeleteBucketCommand({ Bucket: 'granted-before' }));
    const { buckets, unread } = await observed(['share-with-kolena']);
    expect(Object.keys(buckets)).toEqual(['share-with-kolena']);
    expect(unread).toEqual([{ name: 'granted-before', why: 'gone' }]);
  });

  test('is not stopped by a bucket that only loses its grant, and says why it could not be read', async () => {
    const as = await without('no-cors-of-old', ['s3:GetBucketCORS']);
    await expect(observed(['share-with-kolena'], { as })).rejects.toMatchObject({ reason: 'credentials' });
    const { role, unread } = await observed(['share-with-kolena', 'of-somebody-else'], {
      as,
      isRemoval: true,
    });
    expect(role).toBeDefined();
    expect(unread).toContainEqual({ name: 'share-with-kolena', why: 'refused' });
    expect(unread).toContainEqual({ name: 'of-somebody-else', why: 'refused' });
  });
});
