import { describe, expect, test } from 'vitest';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { SimulationAnswer, SimulationQuestion } from '../../src/verify/observations.ts';
import { about, type Check, isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';
import { judgeSimulation } from '../../src/verify/judge-simulation.ts';
import { expectations, goodSimulation, refused } from './good.ts';

const answering = (action: string, answer: Partial<SimulationAnswer>) =>
  judgeSimulation(expectations, {
    answers: {
      outcome: 'ok',
      value: goodSimulation(expectations).map((one) =>
        one.question.action === action ? { ...one, ...answer } : one,
      ),
    },
    of: 'role',
  }).filter(({ status }) => status === 'fail');

describe('judgeSimulation', () => {
  test.each<[string, string, Partial<SimulationAnswer>, RegExp, RegExp]>([
    [
      'a policy that allows too much',
      's3:PutObject',
      { decision: 'allowed', decidedBy: ['Admin'] },
      /says allowed by Admin for s3:PutObject on arn:aws:s3:::pictures\/\S+\.$/,
      /^Detach Admin from the role/,
    ],
    [
      'too much by nobody knows what',
      's3:PutObject',
      { decision: 'allowed' },
      /says allowed for s3:PutObject/,
      /^Detach the policy that grants it/,
    ],
    [
      'a policy that denies',
      's3:GetObject',
      { decision: 'explicitDeny', decidedBy: ['NoReading'] },
      /says explicitDeny by NoReading/,
      /^Take the Deny out of NoReading/,
    ],
    [
      'nothing that grants it',
      's3:GetObject',
      { decision: 'implicitDeny' },
      /says implicitDeny for/,
      /command: apply/,
    ],
    [
      'the organization',
      's3:GetObject',
      { decision: 'implicitDeny', guard: 'organization' },
      /a policy of the organization \(SCP\) does not allow it\.$/,
      /^Have it allowed there: a policy of the organization/,
    ],
    [
      "the role's boundary",
      's3:GetObject',
      { decision: 'implicitDeny', guard: 'permissions-boundary' },
      /the role's permissions boundary does not allow it\.$/,
      /^Have it allowed there: the role's permissions boundary/,
    ],
  ])('names %s', (...[, action, answer, cause, remedy]) => {
    const [found] = answering(action, answer);
    expect(found?.evidence).toMatch(cause);
    expect(found?.remedy).toMatch(remedy);
  });

  test('what was not answered is not proven', () => {
    const checks = judgeSimulation(expectations, { answers: { outcome: 'ok', value: [] }, of: 'role' });
    expect(checks.map(({ status }) => status)).toEqual(checks.map(() => 'unprovable'));
    expect(checks).toHaveLength(4);
  });

  test.each([
    ['planned', /^The planned policies\b/, 'iam:SimulateCustomPolicy'],
    ['role', /^The policies of the role\b/, 'iam:SimulatePrincipalPolicy'],
  ] as const)('says whether it is about the %s', (of, title, action) => {
    const value = goodSimulation(expectations);
    for (const check of judgeSimulation(expectations, { answers: { outcome: 'ok', value }, of }))
      expect(check.title).toMatch(title);
    const [denied] = judgeSimulation(expectations, { answers: refused, of });
    expect(denied?.title).toMatch(new RegExp(title.source.slice(1), 'i'));
    expect(denied?.evidence).toContain('AccessDenied: Access Denied');
    expect(denied?.remedy).toContain(action);
  });

  test('a simulation that was not asked for says why', () => {
    const [check] = judgeSimulation(expectations, {
      answers: { outcome: 'skipped', message: 'There is no role.' },
      of: 'role',
    });
    expect(check).toMatchObject({
      status: 'unprovable',
      evidence: 'There is no role.',
    });
  });
});

describe('what the simulator cannot decide', () => {
  const lacking = (action: string, decision: SimulationAnswer['decision'], missing = ['aws:SourceVpce']) =>
    judgeSimulation(expectations, {
      of: 'role',
      answers: {
        outcome: 'ok',
        value: goodSimulation(expectations).map((answer) =>
          answer.question.action === action ? { ...answer, decision, missingContext: missing } : answer,
        ),
      },
    });
  const of = (checks: readonly Check[], id: string) => checks.find((check) => check.id === id);

  test('for want of a context key is no failure, and names the key', () => {
    expect(of(lacking('s3:GetObject', 'implicitDeny'), 'grants:pictures')).toMatchObject({
      status: 'unprovable',
      evidence: expect.stringContaining('aws:SourceVpce') as string,
    });
  });

  test('about what must be denied leaves the access unverified', () => {
    const checks = [
      about('lists', { location: 'pictures' }).pass('x'),
      ...lacking('s3:PutObject', 'allowed'),
    ];
    expect(of(checks, 'denies-write:pictures')?.status).toBe('unprovable');
    expect(isUnrefuted(checks)).toBe(true);
    expect(isVerified(checks)).toBe(false);
  });

  test('but as it should be stands: what the documents allow is compared as well', () => {
    expect(of(lacking('s3:PutObject', 'implicitDeny'), 'denies-write:pictures')?.status).toBe('pass');
  });

  test('is not called denied when it was really read', () => {
    const judged = (read: ReadonlySet<string>) =>
      of(
        judgeSimulation(expectations, {
          of: 'role',
          read,
          answers: {
            outcome: 'ok',
            value: goodSimulation(expectations).map((answer) => ({
              ...answer,
              decision: 'implicitDeny' as const,
            })),
          },
        }),
        'grants:pictures',
      )?.status;
    expect(judged(new Set())).toBe('fail');
    expect(judged(new Set(['pictures']))).toBe('unprovable');
  });
});

const answers = (of: Expectations, part: (question: SimulationQuestion) => Partial<SimulationAnswer>) =>
  judgeSimulation(of, {
    of: 'role',
    answers: {
      outcome: 'ok',
      value: goodSimulation(of).map((answer) => ({ ...answer, ...part(answer.question) })),
    },
  });

test('each location is judged for itself', () => {
  const locations = ['a/', 'b/'].map((prefix) => ({
    bucket: 'pictures',
    prefix,
    name: `pictures/${prefix}`,
  }));
  const checks = answers({ ...expectations, locations }, ({ action, resource }) =>
    action === 's3:PutObject' && resource.includes('/b/') ? { decision: 'allowed' } : {},
  );
  expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'grants:pictures/a/ pass',
    'denies-write:pictures/a/ pass',
    'denies-delete:pictures/a/ pass',
    'grants:pictures/b/ pass',
    'denies-write:pictures/b/ fail',
    'denies-delete:pictures/b/ pass',
    'denies-outside-prefix:pictures pass',
    'denies-other-buckets pass',
  ]);
});

test.each([
  ['the other is as it should be', 'implicitDeny', 'unprovable'],
  ['the other is wrong', 'allowed', 'fail'],
] as const)('a question without an answer proves nothing, where %s', (_, decision, status) => {
  const value = goodSimulation(expectations)
    .filter(({ question }) => question.check !== 'denies-other-buckets' || question.action === 's3:GetObject')
    .map((answer) => (answer.question.check === 'denies-other-buckets' ? { ...answer, decision } : answer));
  const checks = judgeSimulation(expectations, { of: 'role', answers: { outcome: 'ok', value } });
  expect(checks.find(({ id }) => id === 'denies-other-buckets')?.status).toBe(status);
});

test('what one answer lacks does not excuse another', () => {
  const missingContext = ['aws:SourceVpce'];
  const checks = answers(expectations, ({ check, action }) =>
    check === 'denies-other-buckets'
      ? { decision: 'allowed', ...(action === 's3:ListBucket' && { missingContext }) }
      : {},
  );
  expect(checks.find(({ id }) => id === 'denies-other-buckets')?.status).toBe('fail');
});

test('a guard above the role is named whichever answer tells of it', () => {
  const checks = answers(expectations, ({ check, action }) =>
    check === 'grants'
      ? { decision: 'implicitDeny', ...(action === 's3:GetObject' && { guard: 'organization' }) }
      : {},
  );
  expect(checks[0]?.remedy).toMatch(/^Have it allowed there: a policy of the organization/);
});

test('the simulator is told the context of a real call', () => {
  const questions = simulationQuestions(expectations);
  for (const { context } of questions)
    expect(context).toMatchObject({
      'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Kolena',
      'aws:RequestedRegion': 'eu-west-1',
      'aws:SecureTransport': 'true',
    });
  expect(questions.find(({ action }) => action === 's3:ListBucket')?.context).toMatchObject({
    's3:prefix': '',
  });
});
