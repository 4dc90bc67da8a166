import { describe, expect, test } from 'vitest';
import { endCondition } from '../../src/iam/end-condition.ts';
import { isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { explainS3Denial } from '../../src/verify/explain-s3.ts';
import { judge } from '../../src/verify/judge.ts';
import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import type { Statement } from '../../src/iam/policy-document.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { LocationObservation, Observations } from '../../src/verify/observations.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';
import { policyOf, roleArn } from './guarded.ts';
import {
  denied,
  expectations,
  goodSimulation,
  kolenaArn,
  observations,
  policy,
  refused,
  trustPolicy,
} from './good.ts';

const end = '2026-11-01T00:00:00Z';
const ending = <Document extends typeof policy>(document: Document): Document => ({
  ...document,
  Statement: document.Statement.map((statement) => ({
    ...statement,
    Condition: { ...statement.Condition, ...endCondition(end) },
  })),
});
const trust = ending(trustPolicy);
const access = ending(policy);
const { role, policies } = observations;
const location = observations.locations['pictures'];
if (role === undefined || location === undefined) throw new Error('the good observations have both');

const wanted: Expectations = {
  ...expectations,
  role: { ...expectations.role, trustPolicy: trust },
  policies: expectations.policies.map((one) => ({ ...one, document: access })),
};
const over: Expectations = { ...wanted, now: '2026-11-26T00:00:00Z', ended: end };
const skipped = { outcome: 'skipped', message: 'The access has ended.' } as const;
const live: Observations = {
  ...observations,
  role: { ...role, trustPolicy: trust },
  policies: policies.map((one) => ({ ...one, document: access })),
};
const gone: Observations = {
  ...live,
  locations: { pictures: { list: refused, read: skipped, presigned: skipped } },
  simulation: { outcome: 'ok', value: goodSimulation(over) },
};
const failed = (seen: Partial<Observations>) =>
  judge(over, { ...gone, ...seen })
    .filter(({ status }) => status === 'fail')
    .map(({ id }) => id);

test('before its end all is judged as ever', () => {
  const checks = judge(wanted, live);
  expect(checks.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(isVerified(checks)).toBe(true);
});

test('after its end the run is green, and nothing is verified', () => {
  const checks = judge(over, gone);
  expect(checks.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual([
    'role-exists',
    'trust-policy',
    'role-settings',
    'policies',
    'assumes',
    'external-id',
    'temporary-trust',
    'ended',
    'ended-reads:pictures',
    'preflight:pictures:https://app.kolena.io',
    'preflight-unknown-origin:pictures',
    'kolena-cors:pictures',
    'foreign-cors:pictures',
    'denies-ended:pictures',
    'denies-write:pictures',
    'denies-delete:pictures',
    'denies-other-buckets',
  ]);
  expect([isUnrefuted(checks), isVerified(checks)]).toEqual([true, false]);
});

describe('access that outlives its end fails', () => {
  test.each<[string, Partial<Observations>, string[]]>([
    ['a session lists', { locations: { pictures: location } }, ['ended-reads:pictures']],
    [
      'a session reads',
      { locations: { pictures: { ...location, list: refused } } },
      ['ended-reads:pictures'],
    ],
    [
      'a session lists what it cannot read',
      { locations: { pictures: { ...location, read: refused } } },
      ['ended-reads:pictures'],
    ],
    [
      'a statement for another external ID has no end: which one Kolena sends is not known',
      {
        role: {
          ...role,
          trustPolicy: {
            ...trust,
            Statement: [
              ...trust.Statement,
              ...trustPolicy.Statement.map((one) => ({
                ...one,
                Sid: 'Other',
                Condition: { StringEquals: { 'sts:ExternalId': ['other-id'] } },
              })),
            ],
          },
        },
      },
      ['trust-policy', 'ended'],
    ],
    ['the trust policy has no end', { role: { ...role, trustPolicy } }, ['trust-policy', 'ended']],
    [
      'a later one',
      {
        role: {
          ...role,
          trustPolicy: {
            ...trust,
            Statement: trust.Statement.map((one) => ({
              ...one,
              Condition: { ...one.Condition, ...endCondition('2030-01-01T00:00:00Z') },
            })),
          },
        },
      },
      ['trust-policy', 'ended'],
    ],
    [
      'a condition that has nothing to do with time',
      {
        role: {
          ...role,
          trustPolicy: {
            ...trust,
            Statement: trustPolicy.Statement.map((one) => ({
              ...one,
              Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-kolena' } },
            })),
          },
        },
      },
      ['trust-policy', 'external-id', 'ended'],
    ],
    ['the policy has no end', { policies }, ['policies']],
    [
      'the simulator still grants',
      {
        simulation: {
          outcome: 'ok',
          value: goodSimulation(over).map((answer) =>
            answer.question.check === 'denies-ended' ? { ...answer, decision: 'allowed' as const } : answer,
          ),
        },
      },
      ['denies-ended:pictures'],
    ],
  ])('%s', (_, seen, ids) => {
    expect(failed(seen)).toEqual(ids);
  });

  const open: Partial<Statement> = {
    Effect: 'Allow',
    Principal: { AWS: roleArn },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::pictures/*',
  };
  const name = 'pictures/a/';
  const readsWith = (guard: BucketGuard | undefined, seen: Partial<LocationObservation> = {}) => {
    const bucket = { name: 'pictures', region: 'eu-west-1', corsRules: [], ...(guard && { guard }) };
    const checks = judge(
      { ...over, locations: [{ bucket: 'pictures', prefix: 'a/', name }] },
      { ...gone, locations: { [name]: { list: refused, read: skipped, presigned: skipped, ...seen } } },
      { buckets: { pictures: bucket }, role },
    );
    return checks.find(({ id }) => id === `ended-reads:${name}`)?.status;
  };

  test.each<[string, Partial<Statement>, string]>([
    ['the role', {}, 'unprovable'],
    ['everybody', { Principal: '*' }, 'unprovable'],
    ['the role in a folder of it', { Resource: 'arn:aws:s3:::pictures/a/2024/*' }, 'unprovable'],
    ['the role for one kind of file', { Resource: ['arn:aws:s3:::pictures/*.png'] }, 'unprovable'],
    ['the role outside of it', { Resource: 'arn:aws:s3:::pictures/b/*' }, 'pass'],
    ['the role to write', { Action: 's3:PutObject' }, 'pass'],
    [
      'its account, which leaves it to the policies of the role',
      { Principal: { AWS: '111122223333' } },
      'pass',
    ],
    ['somebody else', { Principal: { AWS: 'arn:aws:iam::111122223333:role/Other' } }, 'pass'],
  ])(
    'a list that is refused proves no end of reading where the bucket policy allows %s',
    (_, statement, status) => {
      expect(readsWith({ unread: [], policy: policyOf({ ...open, ...statement }) })).toBe(status);
    },
  );

  test.each<[string, string, BucketGuard?]>([
    ['was not read', 'unprovable', { unread: ['s3:GetBucketPolicy'] }],
    ['is not there', 'pass', { unread: ['kms:GetKeyPolicy'] }],
    ['was not asked for', 'pass'],
  ])('a list that is refused, where the bucket policy %s: %s', (_, status, guard) => {
    expect(readsWith(guard)).toBe(status);
  });

  test('one object that is refused proves nothing of others that the bucket policy opens', () => {
    expect(readsWith({ unread: [], policy: policyOf(open) }, { read: refused })).toBe('unprovable');
  });

  const answer = (code: string) => ({ outcome: 'refused', refusal: { ...denied, code } }) as const;

  test.each<[string, Partial<LocationObservation> | undefined]>([
    ['an outage', { list: answer('ServiceUnavailable') }],
    ['an outage while an object is read', { read: answer('ServiceUnavailable') }],
    ['a clock that is wrong', { list: answer('RequestTimeTooSkewed') }],
    ["a proxy's refusal", { list: answer('Forbidden') }],
    ['a list that was not asked for', { list: skipped }],
    ['nobody in the role', undefined],
  ])('%s proves nothing', (_, seen) => {
    const pictures = { list: refused, read: skipped, presigned: skipped, ...seen };
    const checks = judge(over, { ...gone, locations: seen === undefined ? {} : { pictures } });
    expect(checks.find(({ id }) => id === 'ended-reads:pictures')?.status).toBe('unprovable');
  });
});

test.each<[string, Observations['role']]>([
  ['there is no role', undefined],
  [
    'another statement denies Kolena for good',
    {
      ...role,
      trustPolicy: {
        ...trustPolicy,
        Statement: [
          ...trustPolicy.Statement,
          { Effect: 'Deny', Principal: { AWS: kolenaArn }, Action: 'sts:AssumeRole' },
        ],
      },
    },
  ],
])('nobody is let in after the end where %s', (_, found) => {
  const checks = judge(over, { ...gone, role: found as never });
  expect(checks.find(({ id }) => id === 'ended')?.status).toBe('pass');
});

test('an external ID that is not demanded is found beside an end, too', () => {
  const [statement] = trustPolicy.Statement;
  const Statement = [{ ...statement, Effect: 'Allow' as const, Condition: endCondition(end) }];
  const checks = judge(wanted, { ...live, role: { ...role, trustPolicy: { ...trust, Statement } } });
  expect(checks.find(({ id }) => id === 'external-id')?.status).toBe('fail');
});

test("IAM's simulator is told the time", () => {
  const times = simulationQuestions(over).map(({ context }) => context?.['aws:CurrentTime']);
  expect(new Set(times)).toEqual(new Set(['2026-11-26T00:00:00Z']));
});

test('a read that is refused before the end is no lack of a grant', () => {
  const { message, mendsByWaiting } = explainS3Denial(
    { refusal: denied, location: { bucket: 'pictures', name: 'pictures' } },
    { expectations: wanted, callerArn: '', role: live.role ?? role, policies: live.policies },
  );
  expect(message).toContain('The policies read back grant');
  expect(mendsByWaiting).toBe(true);
});
