import { describe, expect, test } from 'vitest';

import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { evaluatePolicies, type PolicyRequest } from '../../src/iam/evaluate-policy.ts';

const read: PolicyRequest = { action: 's3:GetObject', resource: 'arn:aws:s3:::pictures/a/b.png' };
const allow = (statement: Partial<Statement>): Statement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  ...statement,
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
describe('evaluatePolicies', () => {
  test.each<[string, Statement[], PolicyRequest, string]>([
    ['nothing says so', [], read, 'implicitDeny'],
    ['an Allow', [allow({})], read, 'allowed'],
    ['a Deny beside it', [allow({}), allow({ Effect: 'Deny' })], read, 'explicitDeny'],
    ['actions in any case', [allow({ Action: 'S3:getobject' })], read, 'allowed'],
    ['wildcards over slashes', [allow({ Resource: 'arn:aws:s3:::pictures/*' })], read, 'allowed'],
    [
      'a question mark as one character',
      [allow({ Resource: 'arn:aws:s3:::pictures/?/b.png' })],
      read,
      'allowed',
    ],
    ['a resource in another case', [allow({ Resource: 'arn:aws:s3:::Pictures/*' })], read, 'implicitDeny'],
    [
      'a point as itself',
      [allow({ Resource: 'arn:aws:s3:::pictures/a/b?png' })],
      { ...read, resource: 'arn:aws:s3:::pictures/a/b.pngx' },
      'implicitDeny',
    ],
    ['NotAction', [{ Effect: 'Allow', NotAction: 's3:Put*', Resource: '*' }], read, 'allowed'],
    [
      'NotResource',
      [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::pictures/*' }],
      read,
      'implicitDeny',
    ],
    [
      'a condition without its key',
      [allow({ Condition: { StringLike: { 's3:prefix': 'a/*' } } })],
      read,
      'implicitDeny',
    ],
    [
      'a condition that holds',
      [allow({ Condition: { StringLike: { 's3:prefix': ['b/', 'a/*'] } } })],
      { ...read, context: { 'S3:Prefix': 'a/' } },
      'allowed',
    ],
    [
      'IfExists without its key',
      [allow({ Condition: { StringEqualsIfExists: { 's3:prefix': 'a/' } } })],
      read,
      'allowed',
    ],
    [
      'a negated condition without its key',
      [allow({ Condition: { StringNotEquals: { 's3:prefix': 'a/' } } })],
      read,
      'allowed',
    ],
    [
      'a negated condition that does not hold',
      [allow({ Condition: { StringNotEquals: { 's3:prefix': 'a/' } } })],
      { ...read, context: { 's3:prefix': 'a/' } },
      'implicitDeny',
    ],
    ['Null', [allow({ Condition: { Null: { 's3:prefix': 'true' } } })], read, 'allowed'],
    [
      'a date that has passed',
      [allow({ Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } })],
      { ...read, context: { 'aws:CurrentTime': '2026-01-01T00:00:01Z' } },
      'implicitDeny',
    ],
    ...['2026-01-01T00:00:00Z', '1767225600'].flatMap((date) =>
      ['LessThanEquals', 'GreaterThanEquals', 'LessThan', 'GreaterThan'].map(
        (operator): [string, Statement[], PolicyRequest, string] => [
          `Date${operator} ${date} at that very second`,
          [allow({ Condition: { [`Date${operator}`]: { 'aws:CurrentTime': date } } })],
          { ...read, context: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
          operator.endsWith('Equals') ? 'allowed' : 'implicitDeny',
        ],
      ),
    ),
    [
      'a date in seconds that is to come',
      [allow({ Condition: { DateLessThan: { 'aws:CurrentTime': '1767225600' } } })],
      { ...read, context: { 'aws:CurrentTime': '2025-12-31T23:59:59Z' } },
      'allowed',
    ],
    [
      'every condition or none',
      [allow({ Condition: { StringEquals: { a: '1', b: '2' } } })],
      { ...read, context: { a: '1', b: '3' } },
      'implicitDeny',
    ],
  ])('%s', (...[, Statement, request, decision]) => {
    expect(evaluatePolicies([{ Version: '2012-10-17', Statement }], request).decision).toBe(decision);
  });

  test('a trust policy names the principal, its account, or everybody', () => {
    const arn = 'arn:aws:iam::111122223333:role/a';
    const principals = [arn, 'arn:aws:iam::111122223333:root'];
    const decide = (Principal: Statement['Principal']) =>
      evaluatePolicies(
        [
          {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...(Principal && { Principal }) }],
          },
        ],
        { action: 'sts:AssumeRole', principals },
      ).decision;
    expect(decide({ AWS: arn })).toBe('allowed');
    expect(decide({ AWS: ['arn:aws:iam::111122223333:role/b', arn] })).toBe('allowed');
    expect(decide({ AWS: '111122223333' })).toBe('allowed');
    expect(decide('*')).toBe('allowed');
    expect(decide({ AWS: 'arn:aws:iam::111122223333:role/b' })).toBe('implicitDeny');
    expect(decide({ Service: 'ec2.amazonaws.com' })).toBe('implicitDeny');
  });
});

test.each([
  ['ForAllValues:StringEquals', 'allowed'],
  ['ForAllValues:StringNotEquals', 'allowed'],
  ['ForAnyValue:StringEquals', 'implicitDeny'],
  ['ForAnyValue:StringNotEquals', 'implicitDeny'],
])('%s on a key that the request does not have', (operator, decision) => {
  const document: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { 'aws:TagKeys': ['a'] } } },
    ],
  };
  const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::a/b' };
  expect(evaluatePolicies([document], request).decision).toBe(decision);
});
