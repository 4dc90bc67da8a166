import { expect, test } from 'vitest';
import type { ObservedRole } from '../../src/access/observed.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { SimulationAnswer, SimulationQuestion } from '../../src/verify/observations.ts';
import {
  callContext,
  isAsExpected,
  mayStillChange,
  simulationQuestions,
} from '../../src/verify/simulation.ts';
import { expectations, observations, policy } from './good.ts';

const spelled = (part: Partial<Expectations>) =>
  simulationQuestions({ ...expectations, ...part }).map((question) => {
    const { check, where, action, resource, context } = question;
    return [check, where, wanted(question), action, resource, context?.['s3:prefix'] ?? '-'].join(' ');
  });
/** The one answer that is as it should be. */
const wanted = (question: SimulationQuestion) =>
  isAsExpected({ question, decision: 'allowed', decidedBy: [] }) ? 'allowed' : 'denied';
const [probe, other] = ['kolena-s3-access-verify', 'arn:aws:s3:::kolena-s3-access-not-granted'];

test('A whole bucket is to be listed and read, and nothing else is.', () => {
  expect(spelled({})).toEqual([
    'grants pictures allowed s3:ListBucket arn:aws:s3:::pictures ',
    `grants pictures allowed s3:GetObject arn:aws:s3:::pictures/${probe} -`,
    `denies-write pictures denied s3:PutObject arn:aws:s3:::pictures/${probe} -`,
    `denies-delete pictures denied s3:DeleteObject arn:aws:s3:::pictures/${probe} -`,
    `denies-other-buckets  denied s3:ListBucket ${other} `,
    `denies-other-buckets  denied s3:GetObject ${other}/${probe} -`,
  ]);
});

test('Of a bucket with prefixes all outside of them is denied, once.', () => {
  const locations = ['a/', 'b/'].map((prefix) => ({
    bucket: 'pictures',
    prefix,
    name: `pictures/${prefix}`,
  }));
  const questions = spelled({ locations });
  expect(questions.slice(0, 4)).toEqual([
    'grants pictures/a/ allowed s3:ListBucket arn:aws:s3:::pictures a/',
    `grants pictures/a/ allowed s3:GetObject arn:aws:s3:::pictures/a/${probe} -`,
    `denies-write pictures/a/ denied s3:PutObject arn:aws:s3:::pictures/a/${probe} -`,
    `denies-delete pictures/a/ denied s3:DeleteObject arn:aws:s3:::pictures/a/${probe} -`,
  ]);
  expect(questions.filter((question) => question.startsWith('denies-outside-prefix'))).toEqual([
    'denies-outside-prefix pictures denied s3:ListBucket arn:aws:s3:::pictures ',
    `denies-outside-prefix pictures denied s3:GetObject arn:aws:s3:::pictures/${probe} -`,
  ]);
});

test('After the end nothing is to be listed or read.', () => {
  const questions = simulationQuestions({ ...expectations, ended: '2026-11-01T00:00:00Z' });
  expect(new Set(questions.map(wanted))).toEqual(new Set(['denied']));
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
const ofEveryCall = {
  'aws:PrincipalType': 'AssumedRole',
  'aws:PrincipalIsAWSService': 'false',
  'aws:ViaAWSService': 'false',
  'aws:SecureTransport': 'true',
  's3:authType': 'REST-HEADER',
  's3:signatureversion': 'AWS4-HMAC-SHA256',
  's3:TlsVersion': '1.3',
};

test("A call bears what every call of a role's session bears.", () => {
  expect(callContext({ ...expectations, now: '2026-11-26T00:00:00Z' }, 'pictures')).toEqual({
    ...ofEveryCall,
    'aws:CurrentTime': '2026-11-26T00:00:00Z',
    'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Kolena',
    'aws:PrincipalAccount': '111122223333',
    'aws:RequestedRegion': 'eu-west-1',
    'aws:ResourceAccount': '111122223333',
    's3:ResourceAccount': '111122223333',
    'kms:ViaService': 's3.eu-west-1.amazonaws.com',
  });
});

test('A call tells nothing that is not known: no account, no region, no time.', () => {
  const { accountId, ...unknown } = expectations;
  expect(accountId).toBeDefined();
  expect(callContext({ ...unknown, regions: {} }, 'pictures')).toEqual(ofEveryCall);
});

test('In China the endpoint of S3, through which KMS is called, has another ending.', () => {
  const china: Expectations = { ...expectations, partition: 'aws-cn', regions: { pictures: 'cn-north-1' } };
  expect(callContext(china, 'pictures')).toMatchObject({
    'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn',
  });
});

const { role, policies } = observations;
if (role === undefined) throw new Error('the good observations have a role');
const allowing = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const asked = (expected: 'allowed' | 'denied') =>
  simulationQuestions(expectations).filter((question) => wanted(question) === expected);
const [read] = asked('allowed');
const [write] = asked('denied');
if (read === undefined || write === undefined) throw new Error('both are asked for');
const withInline = (more: Partial<ObservedRole>): ObservedRole => ({
  ...role,
  inlinePolicyNames: ['more'],
  ...more,
});
const denies: Partial<SimulationAnswer> = { question: read, decision: 'implicitDeny' };
const allows: Partial<SimulationAnswer> = { question: write, decision: 'allowed' };

test.each<[string, boolean, Partial<SimulationAnswer>, Partial<Parameters<typeof mayStillChange>[1]>]>([
  ['denies what the policies read back grant', true, denies, {}],
  [
    'denies what a policy of others grants',
    true,
    denies,
    { policies: [], role: withInline({ otherDocuments: { more: policy } }) },
  ],
  ['denies explicitly', false, { ...denies, decision: 'explicitDeny' }, {}],
  ['denies by a guard above the role', false, { ...denies, guard: 'organization' }, {}],
  [
    'denies what no attached policy grants',
    false,
    denies,
    { policies: policies.map((one) => ({ ...one, attached: false })) },
  ],
  ['allows what no policy grants', true, allows, {}],
  [
    'allows what a policy of others grants',
    false,
    allows,
    { role: withInline({ otherDocuments: { more: allowing('s3:Put*') } }) },
  ],
  [
    'allows what a policy of others does not grant',
    true,
    allows,
    { role: withInline({ otherDocuments: { more: allowing('sqs:*') } }) },
  ],
  ['allows what a policy that was not read may grant', false, allows, { role: withInline({}) }],
  ['allows what nobody knows the role of', false, allows, { role: undefined as never, policies: [] }],
])('The simulator that %s may say otherwise later: %s.', (_, expected, answer, live) => {
  const whole = { decidedBy: [], ...answer } as unknown as SimulationAnswer;
  expect(mayStillChange(whole, { role, policies, ...live })).toBe(expected);
});
