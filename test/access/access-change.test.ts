import { describe, expect, test } from 'vitest';
import { accessChange, type AccessChange } from '../../src/access/access-change.ts';
import type { RoleAttributes } from '../../src/access/role-attributes.ts';
import { compareTrust } from '../../src/access/trust-change.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { recordedReport } from '../report/recorded.ts';

const kolena = 'arn:aws:iam::444455556666:role/kolena';
const trust = (AWS: string | string[], conditions: Statement['Condition'] = {}): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'KolenaAssumeRole',
      Effect: 'Allow',
      Principal: { AWS },
      Action: 'sts:AssumeRole',
      Condition: conditions,
    },
  ],
});
const id = (value: string) => ({ StringEquals: { 'sts:ExternalId': [value] } });
const until = (date: string) => ({ DateLessThan: { 'aws:CurrentTime': date } });

describe('a trust policy that changes', () => {
  test.each<[string, PolicyDocument, PolicyDocument, string[]]>([
    ['nothing', trust(kolena, id('a')), trust(kolena, id('a')), []],
    [
      'the external ID dropped',
      trust(kolena, id('a')),
      trust(kolena),
      ['weaker: external ID no longer required'],
    ],
    ['an external ID demanded', trust(kolena), trust(kolena, id('a')), ['stronger: external ID required']],
    ['another external ID', trust(kolena, id('a')), trust(kolena, id('b')), ['other: another external ID']],
    // Nobody can send an empty one: demanding it is not the same as demanding none.
    [
      'an empty external ID filled',
      trust(kolena, id('')),
      trust(kolena, id('a')),
      ['other: another external ID'],
    ],
    [
      'an empty external ID dropped',
      trust(kolena, id('')),
      trust(kolena),
      ['weaker: external ID no longer required'],
    ],
    [
      'the external ID emptied',
      trust(kolena, id('a')),
      trust(kolena, id('')),
      ['other: another external ID'],
    ],
    [
      'the whole account',
      trust(kolena),
      trust('arn:aws:iam::444455556666:root'),
      ['weaker: a whole account is trusted'],
    ],
    [
      'the account by its number',
      trust(kolena),
      trust('444455556666'),
      ['weaker: a whole account is trusted'],
    ],
    [
      'one role instead of its account',
      trust('arn:aws:iam::444455556666:root'),
      trust(kolena),
      ['stronger: a principal loses the role'],
    ],
    ['everybody', trust(kolena), trust('*'), ['weaker: everybody is trusted']],
    [
      'another principal',
      trust(kolena),
      trust('arn:aws:iam::444455556666:role/other'),
      ['weaker: another principal', 'stronger: a principal loses the role'],
    ],
    [
      'a later end',
      trust(kolena, until('2026-01-01T00:00:00Z')),
      trust(kolena, until('2027-01-01T00:00:00Z')),
      ['weaker: ends later, after 31 Dec 2026 (UTC)'],
    ],
    [
      'an earlier end',
      trust(kolena, until('2027-01-01T00:00:00Z')),
      trust(kolena, until('2026-01-01T00:00:00Z')),
      ['stronger: ends earlier, after 31 Dec 2025 (UTC)'],
    ],
    [
      'an end',
      trust(kolena),
      trust(kolena, until('2027-01-01T09:00:00Z')),
      ['stronger: ends on 1 Jan 2027, 09:00 UTC'],
    ],
    ['no end any more', trust(kolena, until('2027-01-01T00:00:00Z')), trust(kolena), ['weaker: no end date']],
    [
      'another condition dropped',
      trust(kolena, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      trust(kolena),
      ['weaker: fewer conditions'],
    ],
  ])('%s', (_, before, after, findings) => {
    expect(compareTrust(before, after).map(({ effect, title }) => `${effect}: ${title}`)).toEqual(findings);
  });

  test("a running check's own statement is looked through", () => {
    const live = trust(kolena, id('a'));
    const temporary: Statement = {
      Sid: 'KolenaVerifyTemporary',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
    };
    expect(compareTrust({ ...live, Statement: [...live.Statement, temporary] }, live)).toEqual([]);
  });

  test('a new role tells only what is wide about it', () => {
    expect(compareTrust(undefined, trust(kolena))).toEqual([]);
    expect(compareTrust(undefined, trust('*')).map(({ title }) => title)).toEqual(['everybody is trusted']);
  });
});

function changed(name: Parameters<typeof recordedReport>[0], role?: RoleAttributes): AccessChange {
  const { observed, desired } = recordedReport(name);
  if (observed === undefined || desired === undefined) throw new Error('the recorded report is whole');
  return accessChange({ observed, desired, role });
}

describe('the direction of a plan', () => {
  test.each([
    ['none', 'none'],
    ['adopt', 'none'],
    ['create', 'wider'],
    ['change', 'both'],
    ['remove', 'narrower'],
    ['destroy', 'narrower'],
    ['150-buckets', 'both'],
  ] as const)('%s: %s', (name, direction) => {
    expect(changed(name).direction).toBe(direction);
  });

  test.each<[string, object, object, AccessChange['direction']]>([
    ['a boundary taken off', { permissions_boundary: 'b' }, { permissions_boundary: null }, 'wider'],
    ['a boundary', { permissions_boundary: null }, { permissions_boundary: 'b' }, 'narrower'],
    ['another boundary', { permissions_boundary: 'a' }, { permissions_boundary: 'b' }, 'both'],
    ['longer sessions', { max_session_duration: 3600 }, { max_session_duration: 7200 }, 'wider'],
    ['a tag of no meaning', { tags: {} }, { tags: { team: 'vision' } }, 'none'],
    ['a tag of the data perimeter', { tags: {} }, { tags: { 'dp:exclude:identity': 'true' } }, 'wider'],
    ['a description', { description: 'a' }, { description: 'b' }, 'none'],
  ])('%s', (_, before, after, direction) => {
    const role = { before, after } as RoleAttributes;
    expect(changed('none', role).direction).toBe(direction);
  });

  test('an ID on an equal CORS rule is not a change of access', () => {
    expect(changed('adopt').buckets).toMatchObject([
      { direction: 'unchanged', cors: { kolena: 'marked', othersKept: 1 } },
    ]);
  });

  test('a KMS key that is granted is wider, though no bucket changes', () => {
    const { observed, desired } = recordedReport('none');
    const [policy] = desired?.policies ?? [];
    if (observed === undefined || desired === undefined || policy === undefined) throw new Error('whole');
    const Resource = 'arn:aws:kms:us-east-1:111122223333:key/1';
    const document: PolicyDocument = {
      ...policy.document,
      Statement: [...policy.document.Statement, { Effect: 'Allow', Action: 'kms:Decrypt', Resource }],
    };
    const change = accessChange({ observed, desired: { ...desired, policies: [{ ...policy, document }] } });
    expect(change).toMatchObject({
      direction: 'wider',
      others: [{ resource: Resource, grows: true, shrinks: false }],
    });
  });
});
