import { describe, expect, test } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { statementsOf } from '../../src/iam/compare-policy.ts';
import { isTemporary } from '../../src/iam/temporary-statement.ts';
import { configOf } from '../config/configs.ts';

const end = '2027-07-01T00:00:00Z';
const keys = {
  buckets: ['share-with-kolena', 'prefixed/images/'],
  'kms-key-arns': ['arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
  'kolena-external-id': 'example-external-id',
};
const desiredOf = (more: object, verifierArn?: string) =>
  decideAccess(configOf({ ...keys, ...more }), nothingObserved, { region: 'us-east-1', verifierArn });

describe('access that ends', () => {
  const { role, policies } = desiredOf(
    { 'access-until': '2027-06-30' },
    'arn:aws:iam::444455556666:role/verifier',
  );
  const trust = role?.trustPolicy.Statement ?? [];

  test("ends in the trust policy's statement of Kolena, beside its external ID, and not for the verifier", () => {
    expect(trust.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
      [
        'KolenaAssumeRole',
        {
          StringEquals: { 'sts:ExternalId': ['example-external-id'] },
          DateLessThan: { 'aws:CurrentTime': end },
        },
      ],
      ['KolenaVerifier', { StringEquals: { 'sts:ExternalId': ['example-external-id'] } }],
    ]);
  });

  test('ends in every statement of the access policies, since open sessions live on', () => {
    const statements = policies.flatMap(({ document }) => statementsOf(document));
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'S3ListBucket',
      'S3GetPrefixes',
      'S3ListPrefixes1',
      'KmsDecryptViaS3',
    ]);
    for (const { Condition } of statements)
      expect(Condition).toMatchObject({ DateLessThan: { 'aws:CurrentTime': end } });
    expect(statements[2]?.Condition).toMatchObject({ StringLike: { 's3:prefix': ['images/*'] } });
  });

  test('without the key no document holds a date', () => {
    expect(JSON.stringify(desiredOf({}))).not.toContain('CurrentTime');
  });

  test.each(['2026-12-01T00:00:00Z', '2027-07-01T00:00:00Z', '2030-01-01T00:00:00Z'])(
    "Kolena's statement is nothing that a check left, at %s too",
    (now) => {
      const context = { now: new Date(now), accountId: '444455556666', externalId: 'example-external-id' };
      expect(trust.map((statement) => isTemporary(statement, context))).toEqual([false, false]);
    },
  );
});
