import { describe, expect, test } from 'vitest';
import { rightsBeyond, rightsText, writingRights } from '../../src/iam/beyond.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';

const bucket = 'arn:aws:s3:::pictures';
const allow = (over: Partial<Statement>): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucket}/*`, ...over }],
});
const granted: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: [bucket, `${bucket}/*`] },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::scans',
      Condition: { StringLike: { 's3:prefix': ['2024/*'] } },
    },
  ],
};

describe('beyond what is granted', () => {
  test.each<[string, PolicyDocument]>([
    ['the same', allow({})],
    ['less of the resource', allow({ Resource: `${bucket}/2024/*` })],
    ['the same under a condition', allow({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
    ['another case of the action', allow({ Action: 'S3:getobject' })],
    ['a Deny', allow({ Effect: 'Deny', Action: 's3:*' })],
    [
      'the same condition in another case',
      allow({
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::scans',
        Condition: { stringlike: { 'S3:Prefix': '2024/*' } },
      }),
    ],
  ])('%s is nothing', (_, document) => {
    expect(rightsBeyond(document, [granted])).toEqual([]);
  });

  test.each<[string, PolicyDocument, RegExp]>([
    ['another action', allow({ Action: 's3:PutObject' }), /^s3:PutObject on arn:aws:s3:::pictures\/\*$/],
    ['a wildcard of actions', allow({ Action: 's3:Get*' }), /^s3:Get\* on/],
    ['one letter of an action', allow({ Action: 's3:GetObjec?' }), /^s3:GetObjec\? on/],
    ['another bucket', allow({ Resource: 'arn:aws:s3:::pictures-2/*' }), /pictures-2/],
    ['every resource', allow({ Resource: '*' }), /on \*$/],
    ['NotAction', allow({ Action: undefined, NotAction: 's3:Put*' } as object), /every action but s3:Put\*/],
    [
      'NotResource',
      allow({ Resource: undefined, NotResource: `${bucket}/*` } as object),
      /every resource but/,
    ],
    [
      'a condition left out',
      allow({ Action: 's3:ListBucket', Resource: 'arn:aws:s3:::scans' }),
      /^s3:ListBucket on arn:aws:s3:::scans$/,
    ],
    [
      'another value of a condition',
      allow({
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::scans',
        Condition: { StringLike: { 's3:prefix': ['2024/*', '*'] } },
      }),
      /if StringLike s3:prefix = \*$/,
    ],
    ['a policy variable', allow({ Resource: 'arn:aws:s3:::${aws:username}/*' }), /\$\{aws:username\}/],
  ])('%s is told', (_, document, words) => {
    expect(rightsText(rightsBeyond(document, [granted]))).toMatch(words);
  });

  test('a second statement counts as the first', () => {
    const document = {
      ...granted,
      Statement: [...granted.Statement, ...allow({ Action: 's3:DeleteObject' }).Statement],
    };
    expect(rightsBeyond(document, [granted])).toMatchObject([{ action: 's3:DeleteObject' }]);
  });

  test('what is many is cut short', () => {
    const document = allow({ Resource: ['a', 'b', 'c', 'd', 'e', 'f'] });
    expect(rightsText(rightsBeyond(document, [granted]))).toMatch(/on d; and 2 more$/);
  });
});

test.each([
  ['s3:GetObject', false],
  ['kms:Decrypt', false],
  ['logs:FilterLogEvents', true],
  ['s3:Get*', false],
  ['s3:*', true],
  ['*', true],
  ['s3:PutObject', true],
  ['s3:G*', true],
  ['kms:*', true],
])('%s writes: %s', (Action, writes) => {
  expect(writingRights(allow({ Action })).length > 0).toBe(writes);
});

test('all actions but some may write', () => {
  expect(writingRights(allow({ Action: undefined, NotAction: 's3:Put*' } as object))).toHaveLength(1);
});
