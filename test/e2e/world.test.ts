import { CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { actAsKolena, promised, type Abilities } from '../support/act-as-kolena.ts';
import { setUpByHand, type Deviation } from '../support/hand-made.ts';
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

function changed(document: PolicyDocument, change: (statement: Statement) => object): PolicyDocument {
  return {
    ...document,
    Statement: document.Statement.map((statement) => ({ ...statement, ...change(statement) })),
  };
}

describe('a set-up made by hand from the page', () => {
  test('gives Kolena exactly what the page promises', async () => {
    await setUpByHand(world, { roleName: 'AsOnThePage' });
    const abilities = await actAsKolena(world, { roleArn: role('AsOnThePage'), externalId: seedExternalId });
    expect(abilities).toEqual(promised);
  });

  const trust = seedTrustPolicy(kolenaPrincipalArn);
  const stranger = `arn:aws:iam::${kolenaAccountId}:role/stranger`;
  const broken: readonly [string, Deviation, Partial<Abilities>][] = [
    [
      'no external ID demanded',
      {
        trustPolicy: {
          ...trust,
          Statement: trust.Statement.map((statement) => ({ ...statement, Condition: {} })),
        },
      },
      { assumeWithoutExternalId: true, assumeWithWrongExternalId: true },
    ],
    [
      'another principal',
      { trustPolicy: seedTrustPolicy(stranger) },
      {
        assumeWithExternalId: false,
        assumeAsStranger: true,
        list: false,
        get: false,
        getWithPresignedUrlFromBrowser: false,
      },
    ],
    [
      'every S3 action on every bucket',
      { policy: changed(seedPolicy, () => ({ Action: 's3:*', Resource: '*' })) },
      { put: true, listAnotherBucket: true, getFromAnotherBucket: true },
    ],
    [
      'another origin',
      {
        corsRules: [
          { AllowedMethods: ['GET'], AllowedOrigins: ['https://app.example.com'], AllowedHeaders: ['*'] },
        ],
      },
      { preflight: false, getWithPresignedUrlFromBrowser: false },
    ],
    [
      'another prefix',
      {
        policy: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::share-with-kolena/labels/*' },
            {
              Effect: 'Allow',
              Action: 's3:ListBucket',
              Resource: 'arn:aws:s3:::share-with-kolena',
              Condition: { StringLike: { 's3:prefix': 'labels/*' } },
            },
          ],
        },
      },
      { list: false, get: false, getWithPresignedUrlFromBrowser: false },
    ],
    [
      'a policy that is not attached',
      { attached: false },
      { list: false, get: false, getWithPresignedUrlFromBrowser: false },
    ],
  ];

  test.each(broken)('with %s is told apart', async (name, deviation, difference) => {
    const roleName = name.replaceAll(' ', '-');
    await setUpByHand(world, { roleName, ...deviation });
    const abilities = await actAsKolena(world, { roleArn: role(roleName), externalId: seedExternalId });
    expect(abilities).toEqual({ ...promised, ...difference });
  });
});

test('a role is found by its name in another case, has no second one beside it, and is assumed by its very ARN alone', async () => {
  await setUpByHand(world, { roleName: 'InOneCase' });
  const iam = world.iam(world.customerRoot);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'INONECASE' }));
  expect(Role?.RoleName).toBe('InOneCase');
  const AssumeRolePolicyDocument = JSON.stringify(seedTrustPolicy(kolenaPrincipalArn));
  const second = new CreateRoleCommand({ RoleName: 'inonecase', AssumeRolePolicyDocument });
  await expect(iam.send(second)).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
  const { assumeWithExternalId } = await actAsKolena(world, {
    roleArn: role('INONECASE'),
    externalId: seedExternalId,
  });
  expect(assumeWithExternalId).toBe(false);
});
