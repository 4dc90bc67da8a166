import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { seedExternalId, seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import {
  customerAccountId,
  kolenaAccountId,
  kolenaPrincipalArn,
  startWorld,
  type World,
} from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const role = (name: string) => `arn:aws:iam::${customerAccountId}:role/${name}`;

describe('prefixes', () => {
  test('a prefix condition allows listing below the prefix and nothing else', async () => {
    const arn = role('prefixed');
    await world.createRole({
      arn,
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: 'arn:aws:s3:::share-with-kolena',
            Condition: { StringLike: { 's3:prefix': ['images/', 'images/*'] } },
          },
        ],
      },
    });
    const s3 = world.s3(world.sessionOf(arn));
    const list = (Prefix?: string) =>
      s3.send(new ListObjectsV2Command({ Bucket: 'share-with-kolena', Prefix }));
    expect((await list('images/')).KeyCount).toBe(3);
    await expect(list('image')).rejects.toThrow('s3:ListBucket');
    await expect(list()).rejects.toThrow('no identity-based policy allows');
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'share-with-kolena' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test.each(['a+b %/=&ü.png', 'ключ/ключ.png'])(
    'the object %s is written and read by its own name',
    async (Key) => {
      const s3 = world.s3(world.deployer);
      await s3.send(new PutObjectCommand({ Bucket: 'not-shared', Key, Body: Key }));
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'not-shared', Key }));
      expect(await Body?.transformToString()).toBe(Key);
    },
  );
});

describe('credentials', () => {
  test('a wrong secret, an unknown key and a stranger’s token are refused', async () => {
    const as = (credentials: object) =>
      world.sts({ ...world.deployer, credentials: { ...world.deployer.credentials, ...credentials } });
    const who = new GetCallerIdentityCommand({});
    await expect(as({ secretAccessKey: 'wrong' }).send(who)).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(as({ accessKeyId: 'ASIAUNKNOWN' }).send(who)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(as({ sessionToken: 'other' }).send(who)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });

  test('a session policy narrows its role', async () => {
    await world.createRole({
      arn: role('reader'),
      trustPolicy: seedTrustPolicy(world.deployer.identityArn),
      policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
    });
    const narrow = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
    };
    const { Credentials } = await world.sts(world.deployer).send(
      new AssumeRoleCommand({
        RoleArn: role('reader'),
        RoleSessionName: 'narrow',
        ExternalId: seedExternalId,
        Policy: JSON.stringify(narrow),
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
    const s3 = world.s3({ ...world.deployer, credentials });
    await s3.send(new GetObjectCommand({ Bucket: 'share-with-kolena', Key: 'images/0001.png' }));
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'share-with-kolena' }))).rejects.toThrow(
      'no session policy allows the s3:ListBucket action',
    );
  });

  const sub = 'repo:octo-org/data-access:ref:refs/heads/main';
  const tokens: readonly [string, (world: World) => Promise<string>, string | undefined][] = [
    ['the repository’s own', ({ issuer }) => issuer.token({ sub }), undefined],
    [
      'another repository’s',
      ({ issuer }) => issuer.token({ sub: 'repo:other/repo:ref:refs/heads/main' }),
      'AccessDenied',
    ],
    [
      'one for another audience',
      ({ issuer }) => issuer.token({ sub, aud: 'other' }),
      'InvalidIdentityTokenException',
    ],
    ['an expired', ({ issuer }) => issuer.token({ sub, exp: 1_700_000_000 }), 'ExpiredTokenException'],
    [
      'another issuer’s',
      ({ issuer }) => issuer.token({ sub, iss: 'https://example.com' }),
      'InvalidIdentityTokenException',
    ],
    ['a forged', ({ issuer }) => issuer.forgedToken({ sub }), 'InvalidIdentityTokenException'],
  ];

  beforeAll(async () => {
    const iam = world.iam(world.customerRoot);
    const host = world.issuer.iss.replace('https://', '');
    const provider = { Url: world.issuer.iss, ClientIDList: ['sts.amazonaws.com'] };
    await iam.send(new CreateOpenIDConnectProviderCommand(provider));
    const Principal = { Federated: `arn:aws:iam::${customerAccountId}:oidc-provider/${host}` };
    const Condition = {
      StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${host}:sub`]: 'repo:octo-org/data-access:*' },
    };
    const trustPolicy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }],
    };
    await world.createRole({ arn: role('oidc'), trustPolicy });
  });

  test.each(tokens)(
    'of GitHub’s tokens, %s token is judged by signature, issuer, audience, expiry and subject',
    async (_name, token, error) => {
      const assumed = world.sts(world.deployer).send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: role('oidc'),
          RoleSessionName: 'job',
          WebIdentityToken: await token(world),
        }),
      );
      if (error === undefined)
        expect((await assumed).AssumedRoleUser?.Arn).toContain('assumed-role/oidc/job');
      else await expect(assumed).rejects.toMatchObject({ name: error });
    },
  );
});

describe('what AWS does and moto does not', () => {
  test('another region’s endpoint answers 301 and names the bucket’s region', async () => {
    await world.createBucket({ name: 'in-ireland', region: 'eu-west-1' });
    await world.s3(world.deployer, 'eu-west-1').send(new HeadBucketCommand({ Bucket: 'in-ireland' }));
    const elsewhere = world.s3(world.deployer).send(new HeadBucketCommand({ Bucket: 'in-ireland' }));
    await expect(elsewhere).rejects.toMatchObject({
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
  });

  test('a trust policy may not name a principal that does not exist', async () => {
    const AssumeRolePolicyDocument = JSON.stringify(
      seedTrustPolicy(`arn:aws:iam::${kolenaAccountId}:role/nobody`),
    );
    await expect(
      world.iam(world.customerRoot).send(new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument })),
    ).rejects.toThrow('Invalid principal in policy');
  });

  test('an object under a customer’s key is read by who may decrypt with it', async () => {
    const kmsKeyArn = `arn:aws:kms:us-east-1:${customerAccountId}:key/11111111-2222-3333-4444-555555555555`;
    await world.createBucket({ name: 'encrypted', kmsKeyArn, objects: { key: 'body' } });
    const policy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' }],
    };
    await world.createRole({ arn: role('without-key'), policy });
    const read = () =>
      world
        .s3(world.sessionOf(role('without-key')))
        .send(new GetObjectCommand({ Bucket: 'encrypted', Key: 'key' }));
    await expect(read()).rejects.toThrow('because no identity-based policy allows the kms:Decrypt action');
    const decrypt: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: kmsKeyArn,
          Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
        },
      ],
    };
    const PolicyDocument = JSON.stringify(decrypt);
    await world
      .iam(world.customerRoot)
      .send(new PutRolePolicyCommand({ RoleName: 'without-key', PolicyName: 'key', PolicyDocument }));
    await expect(read()).resolves.toBeDefined();
    world.gate.addKey(kmsKeyArn, { Version: '2012-10-17', Statement: [] });
    await expect(read()).rejects.toThrow('because no resource-based policy allows the kms:Decrypt action');
  });

  test('a bucket policy’s deny wins and says so', async () => {
    const Resource = ['arn:aws:s3:::guarded', 'arn:aws:s3:::guarded/*'];
    const Principal = { AWS: world.deployer.identityArn };
    const policy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal, Action: 's3:GetObject', Resource }],
    };
    await world.createBucket({ name: 'guarded', objects: { key: 'body' }, policy });
    const s3 = world.s3(world.deployer);
    await s3.send(new ListObjectsV2Command({ Bucket: 'guarded' }));
    await expect(s3.send(new GetObjectCommand({ Bucket: 'guarded', Key: 'key' }))).rejects.toThrow(
      'with an explicit deny in a resource-based policy',
    );
  });

  test('archived objects cannot be read', async () => {
    await world.createBucket({ name: 'archive', objects: { old: { body: 'old', storageClass: 'GLACIER' } } });
    const read = world.s3(world.deployer).send(new GetObjectCommand({ Bucket: 'archive', Key: 'old' }));
    await expect(read).rejects.toMatchObject({ name: 'InvalidObjectState' });
  });

  test('IAM’s simulator answers for documents in hand', async () => {
    const { EvaluationResults } = await world.iam(world.deployer).send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [JSON.stringify(seedPolicy)],
        ActionNames: ['s3:GetObject', 's3:PutObject'],
        ResourceArns: ['arn:aws:s3:::share-with-kolena/any'],
      }),
    );
    expect(
      EvaluationResults?.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
    ).toEqual([
      ['s3:GetObject', 'allowed'],
      ['s3:PutObject', 'implicitDeny'],
    ]);
  });
});

describe('faults', () => {
  test('a change of trust is seen after some calls', async () => {
    const arn = role('slow');
    world.gate.propagate({ trustCalls: 2 });
    await world.createRole({ arn, trustPolicy: seedTrustPolicy(kolenaPrincipalArn) });
    const assume = () =>
      world
        .sts(world.kolena)
        .send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 's-1', ExternalId: seedExternalId }));
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume()).resolves.toBeDefined();
    world.gate.propagate({});
  });

  test('errors, resets and delays strike the calls that they name, and every call is recorded under IAM’s name', async () => {
    world.gate.forget();
    world.gate.fail({
      action: 's3:ListBucket',
      times: 1,
      answer: { status: 503, code: 'SlowDown', message: 'slow' },
    });
    world.gate.fail({ action: 's3:ListBucket', times: 1, answer: 'reset' });
    await world.s3(world.deployer).send(new ListObjectsV2Command({ Bucket: 'share-with-kolena' }));
    expect(world.gate.calls.map(({ action, resource, status }) => ({ action, resource, status }))).toEqual(
      [503, 0, 200].map((status) => ({
        action: 's3:ListBucket',
        resource: 'arn:aws:s3:::share-with-kolena',
        status,
      })),
    );
    expect(world.gate.calls[0]).toMatchObject({
      principal: world.deployer.arn,
      service: 's3',
      errorCode: 'SlowDown',
    });
  });
});
