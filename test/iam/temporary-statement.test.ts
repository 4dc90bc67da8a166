import { describe, expect, test } from 'vitest';

import { readPolicyDocument, type Statement } from '../../src/iam/policy-document.ts';
import {
  hasTemporary,
  isRunning,
  isTemporary,
  temporarySid,
  temporaryStatement,
  withoutTemporary,
} from '../../src/iam/temporary-statement.ts';
import { trustPolicy } from '../../src/iam/trust-policy.ts';

const now = new Date('2026-11-25T10:00:00Z');
const context = { now, accountId: '111122223333', externalId: 'an-id' };
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const principalArn = 'arn:aws:iam::111122223333:role/ci/deploy';
const added = (expires: Date, over: Partial<Statement> = {}): Statement => ({
  ...temporaryStatement({ principalArn, externalId: 'an-id', expires }),
  ...over,
});
const stranger = { AWS: 'arn:aws:iam::999999999999:root' };

describe('a statement under the Sid of the check', () => {
  test.each<[string, Statement, boolean]>([
    ['that a check added minutes ago', added(minutes(5)), true],
    ['of a user', added(minutes(5), { Principal: { AWS: 'arn:aws:iam::111122223333:user/dev' } }), true],
    ['at the longest time', added(minutes(65)), true],
    ['whose time is over', added(minutes(-1)), true],
    [
      'whose time is over, of a caller who is gone',
      added(minutes(-1), { Principal: { AWS: 'AROAEXAMPLEEXAMPLE' } }),
      true,
    ],
    [
      'whose time is over, with a former external ID',
      added(minutes(-1), { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-25T09:00:00Z' } } }),
      true,
    ],
    [
      'whose time is over, however that is spelled',
      added(minutes(-1), {
        Condition: { DateLessThanEquals: { 'aws:CurrentTime': '2026-11-25T09:00:00+00:00' } },
      }),
      true,
    ],
    [
      'of a stranger without a condition',
      { Sid: temporarySid, Effect: 'Allow', Principal: stranger, Action: 'sts:AssumeRole' },
      false,
    ],
    ['of a stranger for five minutes', added(minutes(5), { Principal: stranger }), false],
    ['of the account itself', added(minutes(5), { Principal: { AWS: '111122223333' } }), false],
    ['of everybody', added(minutes(5), { Principal: '*' }), false],
    [
      'of two callers',
      added(minutes(5), { Principal: { AWS: [principalArn, 'arn:aws:iam::111122223333:role/b'] } }),
      false,
    ],
    ['that lasts for longer', added(minutes(66)), false],
    [
      'with another external ID',
      temporaryStatement({ principalArn, externalId: 'other', expires: minutes(5) }),
      false,
    ],
    ['without an external ID', temporaryStatement({ principalArn, expires: minutes(5) }), false],
    ['with another action', added(minutes(5), { Action: ['sts:AssumeRole', 'sts:TagSession'] }), false],
    [
      'with one of two dates over',
      added(now, {
        Condition: { DateLessThan: { 'aws:CurrentTime': ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'] } },
      }),
      false,
    ],
    [
      'with a date that counts only if it is there',
      added(now, { Condition: { DateLessThanIfExists: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } }),
      false,
    ],
    ['that denies', added(minutes(-1), { Effect: 'Deny' }), false],
    ['that only begins alike', added(minutes(-1), { Sid: `${temporarySid}Team` }), false],
  ])('%s', (_, statement, ours) => {
    expect(isTemporary(statement, context)).toBe(ours);
    const trust = trustPolicy({ principalArn: 'arn:aws:iam::444455556666:role/kolena' });
    const document = { ...trust, Statement: [...trust.Statement, statement] };
    expect(hasTemporary(document, context)).toBe(ours);
    expect(withoutTemporary(document, context)).toEqual(ours ? trust : document);
  });

  test('is a running check’s until its time is over', () => {
    expect(isRunning(added(minutes(1)), context)).toBe(true);
    expect(isRunning(added(minutes(0)), context)).toBe(false);
    expect(isRunning(added(minutes(1)), { ...context, accountId: undefined })).toBe(false);
  });
});

test('every JSON that IAM accepts is read: scalars beside lists, booleans and numbers as text', () => {
  const odd = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Condition: {
        Bool: { 'aws:SecureTransport': true },
        NumericLessThan: { 'aws:MultiFactorAuthAge': [3600] },
      },
    },
  };
  expect(readPolicyDocument(odd).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Condition: {
        Bool: { 'aws:SecureTransport': 'true' },
        NumericLessThan: { 'aws:MultiFactorAuthAge': ['3600'] },
      },
    },
  ]);
});
