import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { kolenaRule } from '../../src/cors/rule-set.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { Observations, SimulationAnswer } from '../../src/verify/observations.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';

export const kolenaArn = 'arn:aws:iam::444455556666:role/kolena';
export const callerArn = 'arn:aws:iam::111122223333:role/ci/deploy';
export const origin = 'https://app.kolena.io';
export const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/** The page's trust policy. */
export const trustPolicy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'KolenaAssumeRole',
      Effect: 'Allow',
      Principal: { AWS: kolenaArn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': ['example-external-id'] } },
    },
  ],
};

/** A policy that grants one bucket. */
export const policy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'S3ListBucket',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::pictures', 'arn:aws:s3:::pictures/*'],
    },
  ],
};

export const foreignRule = { AllowedMethods: ['PUT'], AllowedOrigins: ['https://example.com'] };
const ourRule = kolenaRule({ corsOrigins: [origin] });

/** One bucket, as the page does it. */
export const expectations: Expectations = {
  partition: 'aws',
  accountId: '111122223333',
  role: { name: 'Kolena', path: '/', description: '', trustPolicy, maxSessionDuration: 3600, exists: true },
  tags: {},
  policies: [{ number: 1, name: 'Kolena', path: '/', description: '', document: policy, attached: true }],
  policyName: 'Kolena',
  kolenaPrincipalArn: kolenaArn,
  externalId: 'example-external-id',
  objectVersions: false,
  kmsKeyArns: [],
  otherPolicyArns: [],
  locations: [{ bucket: 'pictures', name: 'pictures' }],
  regions: { pictures: 'eu-west-1' },
  origins: [origin],
  ourRule,
  foreignRules: { pictures: [foreignRule] },
};

export const denied = { code: 'AccessDenied', message: 'Access Denied', status: 403 };
export const refused = { outcome: 'refused', refusal: denied } as const;

/** What the simulator says of a role that is as it should be. */
export function goodSimulation(of: Expectations): SimulationAnswer[] {
  return simulationQuestions(of).map((question) => ({
    question,
    decision: question.check === 'grants' ? 'allowed' : 'implicitDeny',
    decidedBy: [],
  }));
}

/** What is seen when all is as it should be. */
export const observations: Observations = {
  mode: 'assume',
  afterApply: true,
  callerArn,
  role: {
    name: 'Kolena',
    arn: 'arn:aws:iam::111122223333:role/Kolena',
    roleId: 'AROAEXAMPLE',
    path: '/',
    trustPolicy,
    maxSessionDuration: 3600,
    attachedPolicies: [{ name: 'Kolena', arn: 'arn:aws:iam::111122223333:policy/Kolena' }],
    inlinePolicyNames: [],
  },
  policies: [
    {
      name: 'Kolena',
      arn: 'arn:aws:iam::111122223333:policy/Kolena',
      document: policy,
      attached: true,
      usedElsewhere: 0,
    },
  ],
  trust: { kind: 'temporary', leftovers: false, removed: { done: true, evidence: 'Read back as found.' } },
  assumed: { outcome: 'ok', value: { arn: 'arn:aws:sts::111122223333:assumed-role/Kolena/verify' } },
  withoutExternalId: refused,
  wrongExternalId: refused,
  locations: {
    pictures: {
      list: { outcome: 'ok', value: { count: 1, truncated: false, readable: ['a.png'] } },
      read: { outcome: 'ok', value: { key: 'a.png', encryption: 'AES256' } },
      triedKey: 'a.png',
      presigned: { outcome: 'ok', value: { status: 206, allowOrigin: origin } },
    },
  },
  buckets: {
    pictures: {
      corsRules: { outcome: 'ok', value: [foreignRule, ourRule] },
      preflights: { [origin]: { outcome: 'ok', value: { status: 200, allowOrigin: origin } } },
      unknownOrigin: refused,
    },
  },
  simulation: { outcome: 'ok', value: goodSimulation(expectations) },
};
