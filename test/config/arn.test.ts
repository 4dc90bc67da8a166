import { describe, expect, test } from 'vitest';
import { buildArn, deletedPrincipalIn, parseArn, parsePrincipalArn } from '../../src/config/arn.ts';

const accountId = '111122223333';

test.each([
  `arn:aws:iam::${accountId}:role/a/b/deploy`,
  'arn:aws-cn:s3:::bucket/images/*',
  `arn:aws:kms:eu-west-1:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  'arn:aws:iam::aws:policy/ReadOnlyAccess',
])('%s is the same after it was taken apart and put together', (arn) => {
  const parts = parseArn(arn);
  expect(parts && buildArn(parts)).toBe(arn);
});

describe('the principal that', () => {
  test.each([
    [`arn:aws:iam::${accountId}:role/deploy`, { partition: 'aws', accountId, type: 'role', name: 'deploy' }],
    [`arn:aws-cn:iam::${accountId}:role/a/b/x`, { partition: 'aws-cn', accountId, type: 'role', name: 'x' }],
    [
      `arn:aws-us-gov:iam::${accountId}:user/x`,
      { partition: 'aws-us-gov', accountId, type: 'user', name: 'x' },
    ],
    [`arn:aws:iam::${accountId}:root`, { partition: 'aws', accountId, type: 'root', name: '' }],
    ['arn:aws:iam::11112222333:role/deploy', undefined],
    [`arn:aws:iam::${accountId}:role/*`, undefined],
    [`arn:aws:sts::${accountId}:assumed-role/deploy/s`, undefined],
    ['deploy', undefined],
  ])('%s names is %o', (arn, expected) => {
    expect(parsePrincipalArn(arn)).toEqual(expected);
  });
});

test.each([
  ['Invalid principal in policy: "AWS":"AROADBQP57FF2AEXAMPLE"', 'AROADBQP57FF2AEXAMPLE'],
  ['AIDADBQP57FF2AEXAMPLE', 'AIDADBQP57FF2AEXAMPLE'],
  ['AROAshort', undefined],
])('the deleted principal in %s is %s', (text, expected) => {
  expect(deletedPrincipalIn(text)).toBe(expected);
});
