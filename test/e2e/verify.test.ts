import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { Check } from '../../src/verify/check.ts';
import { isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedExternalId, seedTrustPolicy } from '../support/seed.ts';
import {
  administrator,
  customerAccountId,
  kolenaPrincipalArn,
  startWorld,
  type World,
} from '../support/world.ts';
import { mutants, takeDown } from './mutants.ts';
import { notPassed, simulateIn, type Verified, verifyIn } from './verify-in-world.ts';

const roleName = 'KolenaS3ReadAccess';
const goodTrust = seedTrustPolicy(kolenaPrincipalArn);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  world.gate.propagate({});
  await takeDown(world);
});

function checkOf(checks: readonly Check[], id: string): Check {
  const found = checks.find((check) => check.id === id);
  if (found === undefined)
    throw new Error(`no check ${id} among ${checks.map((check) => check.id).join(', ')}`);
  return found;
}

test('a set-up as on the page is verified, and leaves the trust policy as it was', async () => {
  await setUpByHand(world);
  const { checks } = await verifyIn(world);
  expect(notPassed(checks)).toEqual([]);
  expect(isVerified(checks)).toBe(true);
  expect(await world.trustPolicy()).toEqual(goodTrust);
});

test('a check asks 7 questions about a bucket in the run’s region, and 2 more about what can deny', async () => {
  await setUpByHand(world);
  world.gate.forget();
  await verifyIn(world, { config: { 'include-public-datasets': false } });
  const asked = world.gate.calls
    .filter(({ resource, service }) => service === 's3' && resource.includes('share-with-kolena'))
    .map(({ action }) => action)
    .sort();
  const canDeny = ['s3:GetBucketOwnershipControls', 's3:GetBucketPolicy'];
  expect(asked.filter((action) => !canDeny.includes(action))).toEqual([
    's3:GetBucketCORS',
    's3:GetBucketCORS',
    's3:GetEncryptionConfiguration',
    's3:GetObject',
    's3:ListBucket',
    's3:Preflight',
    's3:Preflight',
  ]);
  expect(asked.filter((action) => canDeny.includes(action))).toEqual(canDeny);
});

describe('a set-up that is off', () => {
  test.each(mutants)('fails with its cause: $name', async ({ deviation, inputs = {}, causes }) => {
    await setUpByHand(world, deviation);
    const before = await world.trustPolicy();
    const { checks, waited } = await verifyIn(world, { config: inputs });
    for (const [id, cause] of Object.entries(causes)) {
      expect(checkOf(checks, id)).toMatchObject({
        status: 'fail',
        evidence: expect.stringMatching(cause) as string,
      });
      expect(checkOf(checks, id).remedy).toBeTruthy();
    }
    expect(isVerified(checks)).toBe(false);
    expect(waited, 'no waiting mends it').toBe(0);
    expect(await world.trustPolicy()).toEqual(before);
  });

  test('a role that is not there fails alone, and nothing else is proven', async () => {
    const { checks } = await verifyIn(world);
    expect(checkOf(checks, 'role-exists')).toMatchObject({ status: 'fail' });
    expect(checkOf(checks, 'assumes')).toMatchObject({ status: 'unprovable' });
  });
});

describe('IAM that spreads slowly', () => {
  test('is waited for, at most as long as verify-timeout', async () => {
    await setUpByHand(world);
    world.gate.propagate({ trustCalls: 3, permissionCalls: 0 });
    const { checks, lines, waited } = await verifyIn(world);
    expect(notPassed(checks)).toEqual([]);
    expect(waited).toBeGreaterThanOrEqual(1 + 2 + 4);
    expect(
      lines.filter((line) => /Waiting \d+ s for IAM to spread the trust policy/.test(line)),
    ).toHaveLength(3);
  });
  test('that never gets there fails when the time is over, with what may stand against it', async () => {
    await setUpByHand(world);
    world.gate.propagate({ trustCalls: 1000 });
    const { checks, waited } = await verifyIn(world, { options: { timeoutSeconds: 20 } });
    expect(checkOf(checks, 'assumes')).toMatchObject({
      status: 'fail',
      evidence: expect.stringMatching(/read back lets .*role\/ci\/deploy in.*\(SCP\)/s) as string,
    });
    expect(waited).toBe(20);
    expect(await world.trustPolicy()).toEqual(goodTrust);
  });
  test('may change its error on the way', async () => {
    await setUpByHand(world);
    const unknownKey = {
      status: 403,
      code: 'InvalidAccessKeyId',
      message: 'The key does not exist in our records.',
    };
    world.gate.fail({ action: 's3:ListBucket', times: 3, answer: unknownKey });
    const denied = { status: 403, code: 'AccessDenied', message: 'Access Denied' };
    world.gate.fail({ action: 'sts:AssumeRole', times: 2, answer: denied });
    const { checks, waited } = await verifyIn(world);
    expect(notPassed(checks)).toEqual([]);
    expect(waited).toBeGreaterThanOrEqual(2 * (1 + 2));
  });
});

test.each(['assume', 'simulate'] as const)(
  'with `verify: %s` a simulator that has yet to hear of the role is waited for',
  async (mode) => {
    await setUpByHand(world);
    const answer = { status: 404, code: 'NoSuchEntity', message: 'The entity cannot be found.' };
    world.gate.fail({ action: 'iam:SimulatePrincipalPolicy', times: 1, answer });
    const { checks, lines } = await verifyIn(world, { options: { mode } });
    expect(checkOf(checks, 'grants:share-with-kolena')).toMatchObject({ status: 'pass' });
    expect(lines).toContain("Waiting 1 s for IAM's simulator to know the role's permissions (NoSuchEntity).");
  },
);

describe('buckets of other kinds', () => {
  const named = (bucket: string) => ({ config: { buckets: [bucket], 'include-public-datasets': false } });
  const policyFor = (bucket: string): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'S3ListBucket',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  });
  const rules = [
    { AllowedMethods: ['GET'], AllowedOrigins: ['https://app.kolena.io'], AllowedHeaders: ['*'] },
  ];

  test('an empty one passes with a warning that reading is unproven', async () => {
    await world.createBucket({ name: 'empty-bucket', corsRules: rules });
    await setUpByHand(world, { policy: policyFor('empty-bucket') });
    const { checks } = await verifyIn(world, named('empty-bucket'));
    expect(checkOf(checks, 'reads:empty-bucket')).toMatchObject({ status: 'warning' });
    expect(isVerified(checks)).toBe(true);
  });
  test('an archived object is passed over for one that is not', async () => {
    const archived = { body: 'old', storageClass: 'DEEP_ARCHIVE' as const };
    await world.createBucket({
      name: 'with-archive',
      objects: { 'a.png': archived, 'b.png': 'new' },
      corsRules: rules,
    });
    await setUpByHand(world, { policy: policyFor('with-archive') });
    const { checks } = await verifyIn(world, named('with-archive'));
    expect(checkOf(checks, 'reads:with-archive')).toMatchObject({ status: 'pass' });
    expect(checkOf(checks, 'reads:with-archive').evidence).toContain('b.png');
  });
  test.each([
    {
      why: 'deleted meanwhile',
      status: 404,
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
    },
    {
      why: 'encrypted with a key of its writer',
      status: 400,
      code: 'InvalidRequest',
      message: 'The object was stored using a form of Server Side Encryption.',
    },
  ])('an object that was $why is passed over', async ({ status, code, message }) => {
    await world.createBucket({
      name: 'with-two-objects',
      objects: { 'a.png': 'gone', 'b.png': 'there' },
      corsRules: rules,
    });
    await setUpByHand(world, { policy: policyFor('with-two-objects') });
    const answer = { status, code, message };
    const stop = world.gate.fail({ action: 's3:GetObject', resource: 'with-two-objects/a.png', answer });
    const { checks } = await verifyIn(world, named('with-two-objects'));
    stop();
    expect(notPassed(checks)).toEqual([]);
    expect(checkOf(checks, 'reads:with-two-objects').evidence).toContain('b.png');
  });
  test('all archived is a warning', async () => {
    const archived = { body: 'old', storageClass: 'GLACIER' as const };
    await world.createBucket({ name: 'all-archived', objects: { 'a.png': archived }, corsRules: rules });
    await setUpByHand(world, { policy: policyFor('all-archived') });
    const { checks } = await verifyIn(world, named('all-archived'));
    expect(checkOf(checks, 'reads:all-archived')).toMatchObject({ status: 'warning' });
  });
  test('a customer key that nobody granted is named, without any waiting', async () => {
    const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    await world.createBucket({
      name: 'encrypted-bucket',
      kmsKeyArn,
      objects: { 'a.png': 'x' },
      corsRules: rules,
    });
    await setUpByHand(world, { policy: policyFor('encrypted-bucket') });
    const { checks, waited } = await verifyIn(world, named('encrypted-bucket'));
    expect(checkOf(checks, 'lists:encrypted-bucket')).toMatchObject({ status: 'pass' });
    expect(checkOf(checks, 'decrypts:encrypted-bucket')).toMatchObject({ status: 'fail' });
    expect(checkOf(checks, 'decrypts:encrypted-bucket').remedy).toContain(kmsKeyArn);
    expect(waited).toBe(0);
  });
  test("an explicit deny of the bucket's policy is named, without any waiting", async () => {
    const policy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::denying-bucket/*',
          Condition: { StringLike: { 'aws:PrincipalArn': '*KolenaS3ReadAccess*' } },
        },
      ],
    };
    await world.createBucket({ name: 'denying-bucket', objects: { 'a.png': 'x' }, corsRules: rules, policy });
    await setUpByHand(world, { policy: policyFor('denying-bucket') });
    const { checks, waited } = await verifyIn(world, named('denying-bucket'));
    const read = checkOf(checks, 'reads:denying-bucket');
    expect(read).toMatchObject({ status: 'fail' });
    expect(read.evidence).toContain('explicit deny in a resource-based policy');
    expect(read.remedy).toContain('Exempt the role in the bucket policy');
    expect(read.remedy).toBe(checkOf(checks, 'bucket-policy:denying-bucket').remedy);
    expect(waited).toBe(0);
  });
});

describe('the trust that is lent', () => {
  test('is one statement with an end, a session name and the external ID', async () => {
    await setUpByHand(world);
    const during: PolicyDocument[] = [];
    world.gate.fail({
      action: 'sts:AssumeRole',
      times: 1,
      answer: { status: 403, code: 'AccessDenied', message: 'no' },
    });
    await verifyIn(world, { onWait: async () => void during.push(await world.trustPolicy()) });
    const [added] = during[0]?.Statement.filter(({ Sid }) => Sid === 'KolenaVerifyTemporary') ?? [];
    expect(added).toMatchObject({
      Principal: { AWS: `arn:aws:iam::${customerAccountId}:role/ci/deploy` },
      Condition: {
        StringEquals: {
          'sts:ExternalId': [seedExternalId],
          'sts:RoleSessionName': 'kolena-s3-access-verify',
        },
        DateLessThan: { 'aws:CurrentTime': expect.stringMatching(/^\d{4}-.*Z$/) as string },
      },
    });
    expect(await world.trustPolicy()).toEqual(goodTrust);
  });
  test('takes only its own statement back when somebody else changed the trust policy meanwhile', async () => {
    await setUpByHand(world);
    const other = {
      Sid: 'Other',
      Effect: 'Deny',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:TagSession',
    };
    world.gate.fail({
      action: 'sts:AssumeRole',
      times: 1,
      answer: { status: 403, code: 'AccessDenied', message: 'no' },
    });
    const { checks } = await verifyIn(world, {
      onWait: async () => {
        const { Statement, ...rest } = await world.trustPolicy();
        const PolicyDocument = JSON.stringify({ ...rest, Statement: [...Statement, other] });
        await world
          .iam(world.customerRoot)
          .send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument }));
      },
    });
    expect(await world.trustPolicy()).toEqual({ ...goodTrust, Statement: [...goodTrust.Statement, other] });
    expect(notPassed(checks), 'what it is in the end counts').toEqual(['trust-policy fail']);
  });
  test('is judged by the trust policy that stands, not by a former one that AWS has yet to forget', async () => {
    const account = {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${customerAccountId}:root` },
      Action: 'sts:AssumeRole',
    } as const;
    await setUpByHand(world, {
      trustPolicy: { ...goodTrust, Statement: [...goodTrust.Statement, account] },
    });
    let tightened = false;
    const { checks, lines } = await verifyIn(world, {
      onLine: (line) => {
        const answer = { status: 403, code: 'AccessDenied', message: 'Access Denied' };
        if (line.startsWith('Assumed the role'))
          // Twice: what was read back counts for two seconds.
          world.gate.fail({ action: 's3:ListBucket', times: 2, answer });
      },
      onWait: async () => {
        if (tightened) return;
        tightened = true;
        world.gate.propagate({ trustCalls: 2 });
        const { Statement, ...rest } = await world.trustPolicy();
        const kept = Statement.filter(({ Sid }) => Sid !== 'Account');
        await world.iam(world.customerRoot).send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: roleName,
            PolicyDocument: JSON.stringify({ ...rest, Statement: kept }),
          }),
        );
      },
    });
    expect(lines).toContain('Waiting 1 s for IAM to forget the former trust policy.');
    expect(notPassed(checks)).toEqual([]);
    expect(await world.trustPolicy()).toEqual(goodTrust);
  });
  test('is shared with a second check of the same role, which takes it away before the first got in', async () => {
    await setUpByHand(world);
    world.gate.propagate({ trustCalls: 1 });
    let second: Verified | undefined;
    const first = await verifyIn(world, {
      onWait: async () => {
        if (second !== undefined) return;
        world.gate.propagate({});
        second = await verifyIn(world);
        expect(await world.trustPolicy()).toEqual(goodTrust);
      },
    });
    expect(notPassed(second?.checks ?? [])).toEqual([]);
    expect(notPassed(first.checks)).toEqual([]);
    expect(first.lines.join('\n')).toContain('adding it again');
    expect(await world.trustPolicy()).toEqual(goodTrust);
  });
  test('that was gone at the end proves no refusal', async () => {
    await setUpByHand(world);
    const answer = { status: 403, code: 'AccessDenied', message: 'Access Denied' };
    let taken = false;
    const { checks } = await verifyIn(world, {
      onWait: async () => {
        if (taken) return;
        taken = true;
        const PolicyDocument = JSON.stringify(goodTrust);
        await world
          .iam(world.customerRoot)
          .send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument }));
      },
      onLine: (line) => {
        if (line.startsWith('Assumed the role'))
          world.gate.fail({ action: 's3:ListBucket', times: 1, answer });
      },
    });
    expect(notPassed(checks)).toEqual(['external-id unprovable']);
    expect(checkOf(checks, 'external-id').evidence).toContain('a refusal proves nothing');
  });
  test('clears what a check that was killed left behind', async () => {
    const leftover = temporaryStatement({ principalArn: kolenaPrincipalArn, expires: new Date(0) });
    await setUpByHand(world, {
      trustPolicy: { ...goodTrust, Statement: [...goodTrust.Statement, leftover] },
    });
    const { checks } = await verifyIn(world);
    expect(checkOf(checks, 'temporary-trust')).toMatchObject({ status: 'pass' });
    expect(await world.trustPolicy()).toEqual(goodTrust);
  });
  test('is not needed by a permanent verifier', async () => {
    const verifierArn = `arn:aws:iam::${customerAccountId}:role/ci/deploy`;
    const [kolena] = goodTrust.Statement;
    const verifier = { ...kolena, Sid: 'KolenaVerifier', Principal: { AWS: verifierArn } } as const;
    await setUpByHand(world, {
      trustPolicy: { ...goodTrust, Statement: [...goodTrust.Statement, verifier] } as PolicyDocument,
    });
    world.gate.forget();
    const { checks } = await verifyIn(world, { verifierArn });
    expect(notPassed(checks)).toEqual([]);
    expect(world.gate.calls.filter(({ action }) => action === 'iam:UpdateAssumeRolePolicy')).toEqual([]);
  });
  test('where it is denied to lend it, the checks that need it are unprovable, with who has to lift the denial', async () => {
    await setUpByHand(world);
    const reader = `arn:aws:iam::${customerAccountId}:role/reader`;
    const policy: PolicyDocument = {
      ...administrator,
      Statement: [
        ...administrator.Statement,
        { Effect: 'Deny', Action: 'iam:UpdateAssumeRolePolicy', Resource: '*' },
      ],
    };
    await world.createRole({ arn: reader, policy });
    const { checks } = await verifyIn(world, { as: world.sessionOf(reader) });
    expect(checkOf(checks, 'assumes')).toMatchObject({ status: 'unprovable' });
    expect(checkOf(checks, 'assumes').remedy).toContain('lift its explicit deny');
    expect({ unrefuted: isUnrefuted(checks), verified: isVerified(checks) }).toEqual({
      unrefuted: true,
      verified: false,
    });
  });
});

describe('verify: simulate', () => {
  test('writes nothing and says what is not provable', async () => {
    await setUpByHand(world);
    world.gate.forget();
    const { checks } = await verifyIn(world, { options: { mode: 'simulate' } });
    expect(world.writes()).toEqual([]);
    expect(world.gate.calls.map(({ action }) => action)).not.toContain('sts:AssumeRole');
    expect(notPassed(checks)).toEqual([
      'assumes unprovable',
      'external-id unprovable',
      'lists:share-with-kolena unprovable',
      'reads:share-with-kolena unprovable',
      'presigned:share-with-kolena unprovable',
    ]);
  });
});

describe('before apply', () => {
  test('the simulator tells what the planned policies will allow and deny', async () => {
    const checks = await simulateIn(world, { buckets: ['share-with-kolena/images/'] });
    expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'grants:share-with-kolena/images/ pass',
      'denies-write:share-with-kolena/images/ pass',
      'denies-delete:share-with-kolena/images/ pass',
      'denies-outside-prefix:share-with-kolena pass',
      'denies-other-buckets pass',
    ]);
  });
  test('without the right to simulate there is a note, not a failure', async () => {
    const answer = { status: 403, code: 'AccessDenied', message: 'not authorized' };
    const release = world.gate.fail({ action: 'iam:SimulateCustomPolicy', answer });
    const checks = await simulateIn(world);
    release();
    expect(checks).toMatchObject([{ id: 'simulation', status: 'unprovable' }]);
    expect(checks[0]?.remedy).toContain('iam:SimulateCustomPolicy');
  });
});
