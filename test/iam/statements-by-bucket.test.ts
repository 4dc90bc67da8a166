import { expect, it } from 'vitest';
import type { Statement } from '../../src/iam/policy-document.ts';
import { compareReach } from '../../src/iam/reach.ts';
import { statementsByBucket } from '../../src/iam/statements-by-bucket.ts';

const ofAcme = (resources: Pick<Statement, 'Resource' | 'NotResource'>) =>
  statementsByBucket([
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', ...resources }] },
  ]).of('acme');

it('keeps what a NotResource leaves out by a pattern of bucket names and keys together', () => {
  const before = ofAcme({ NotResource: ['arn:aws:s3:::*secret/*'] });
  const after = ofAcme({ Resource: ['arn:aws:s3:::acme/secret/*'] });
  expect(compareReach('acme', before, after)).toMatchObject({ grows: true });
});
