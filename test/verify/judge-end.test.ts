import { describe, expect, test } from 'vitest';
import { endCondition } from '../../src/iam/end-condition.ts';
import { isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { explainS3Denial } from '../../src/verify/explain-s3.ts';
import { judge } from '../../src/verify/judge.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { Observations } from '../../src/verify/observations.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';
import { policyOf } from './guarded.ts';
import { denied, expectations, goodSimulation, observations, policy, refused, trustPolicy } from './good.ts';

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

  test.each([
    ['the role', { AWS: 'arn:aws:iam::111122223333:role/Kolena' }, 'unprovable'],
    ['everybody', '*', 'unprovable'],
    ['its account, which leaves it to the policies of the role', { AWS: '111122223333' }, 'pass'],
    ['somebody else', { AWS: 'arn:aws:iam::111122223333:role/Other' }, 'pass'],
  ] as const)(
    'a list that is refused proves no end of reading where the bucket policy allows %s',
    (...row) => {
      const [, Principal, status] = row;
      const open = policyOf({
        Effect: 'Allow',
        Principal,
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::pictures/*',
      });
      const bucket = {
        name: 'pictures',
        region: 'eu-west-1',
        corsRules: [],
        guard: { unread: [], policy: open },
      };
      const checks = judge(over, gone, { buckets: { pictures: bucket }, role });
      expect(checks.find(({ id }) => id === 'ended-reads:pictures')?.status).toBe(status);
    },
  );

  test.each([
    ['an outage', { ...denied, code: 'ServiceUnavailable', status: 503 }],
    ['a clock that is wrong', { ...denied, code: 'RequestTimeTooSkewed' }],
    ["a proxy's refusal", { ...denied, code: 'Forbidden' }],
  ])('%s proves nothing', (_, refusal) => {
    const list = { outcome: 'refused', refusal } as const;
    const checks = judge(over, {
      ...gone,
      locations: { pictures: { list, read: skipped, presigned: skipped } },
    });
    expect(checks.find(({ id }) => id === 'ended-reads:pictures')?.status).toBe('unprovable');
  });
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
