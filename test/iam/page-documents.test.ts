import { expect, test } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { configOf, principalArn } from '../config/configs.ts';
import { seedCors, seedPolicy, seedTrustPolicy } from '../support/seed.ts';

const region = 'us-east-1';

test("one bucket with the defaults gives the three documents of Kolena's page", () => {
  const desired = decideAccess(configOf({ 'kolena-external-id': 'example-external-id' }), nothingObserved, {
    region,
  });

  expect(desired.policies.map(({ document }) => document)).toStrictEqual([seedPolicy]);
  expect(desired.role?.trustPolicy).toStrictEqual(seedTrustPolicy(principalArn));
  expect(desired.cors.map(({ bucket }) => bucket)).toEqual(['share-with-kolena']);
  const [kolena] = seedCors.map((rule) => ({ ID: 'KolenaS3Access', ...rule }));
  expect(desired.cors[0]?.rules).toStrictEqual({ others: [], kolena });
  expect(desired.warnings).toEqual([]);
});

test('without an external ID the trust policy has no Condition, and a warning names the confused deputy', () => {
  const desired = decideAccess(configOf(), nothingObserved, { region });

  expect(desired.role?.trustPolicy.Statement).toStrictEqual([
    { Sid: 'KolenaAssumeRole', Effect: 'Allow', Principal: { AWS: principalArn }, Action: 'sts:AssumeRole' },
  ]);
  expect(desired.warnings).toMatchObject([{ id: 'no-external-id' }]);
  expect(desired.warnings[0]?.message).toContain('confused deputy');
});

test('a permanent verifier is trusted beside Kolena under the same external ID', () => {
  const verifierArn = 'arn:aws:iam::444455556666:role/ci/verifier';
  const desired = decideAccess(configOf({ 'kolena-external-id': 'an-id' }), nothingObserved, {
    region,
    verifierArn,
  });

  const Condition = { StringEquals: { 'sts:ExternalId': ['an-id'] } };
  expect(desired.role?.trustPolicy.Statement).toStrictEqual([
    {
      Sid: 'KolenaAssumeRole',
      Effect: 'Allow',
      Principal: { AWS: principalArn },
      Action: 'sts:AssumeRole',
      Condition,
    },
    {
      Sid: 'KolenaVerifier',
      Effect: 'Allow',
      Principal: { AWS: verifierArn },
      Action: 'sts:AssumeRole',
      Condition,
    },
  ]);
});
