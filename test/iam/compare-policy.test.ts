import { expect, test } from 'vitest';
import { normalizeStatements, samePolicy } from '../../src/iam/compare-policy.ts';
import { grantedBuckets } from '../../src/iam/statements-by-bucket.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { seedPolicy } from '../support/seed.ts';

const document = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const read: Statement = {
  Sid: 'Read',
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: ['b', 'a'],
};
const trust: Statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': ['x'] } },
};

test.each<[string, Statement, Statement]>([
  ['the order of values', read, { ...read, Action: ['s3:ListBucket', 's3:GetObject'], Resource: ['a', 'b'] }],
  ['a value given twice', read, { ...read, Resource: ['a', 'b', 'a'] }],
  ['the case of actions', read, { ...read, Action: ['S3:getobject', 's3:LISTBUCKET'] }],
  [
    'one value or a list of it',
    trust,
    { ...trust, Action: ['sts:AssumeRole'], Principal: { AWS: ['arn:aws:iam::111122223333:root'] } },
  ],
  [
    'one condition value or a list of it',
    trust,
    { ...trust, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } },
  ],
  [
    'the case of a condition key',
    trust,
    { ...trust, Condition: { StringEquals: { 'sts:externalid': 'x' } } },
  ],
  ['an account ID or its root ARN', trust, { ...trust, Principal: { AWS: '111122223333' } }],
  ['everybody, in two spellings', { ...trust, Principal: '*' }, { ...trust, Principal: { AWS: '*' } }],
])('%s makes no difference', (_, a, b) => {
  expect(samePolicy(document(a, read), document(read, b))).toBe(true);
});

test.each<[string, Statement, Statement]>([
  ['a Sid', read, { ...read, Sid: 'Reads' }],
  ['an effect', read, { ...read, Effect: 'Deny' }],
  ['one action more', read, { ...read, Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'] }],
  ['one resource less', read, { ...read, Resource: 'a' }],
  ['the case of a resource', read, { ...read, Resource: ['A', 'b'] }],
  ['Resource or NotResource', { Effect: 'Allow', Resource: 'a' }, { Effect: 'Allow', NotResource: 'a' }],
  ['Action or NotAction', { Effect: 'Allow', Action: 'a' }, { Effect: 'Allow', NotAction: 'a' }],
  ['another principal', trust, { ...trust, Principal: { AWS: 'arn:aws:iam::111122223333:role/x' } }],
  [
    "a principal's type",
    { ...trust, Principal: { Service: 'x' } },
    { ...trust, Principal: { Federated: 'x' } },
  ],
  ['no condition', trust, { Effect: 'Allow', Principal: trust.Principal ?? '*', Action: 'sts:AssumeRole' }],
  ['the case of an external ID', trust, { ...trust, Condition: { StringEquals: { 'sts:ExternalId': 'X' } } }],
  ['an operator', trust, { ...trust, Condition: { StringLike: { 'sts:ExternalId': 'x' } } }],
])('%s does', (_, a, b) => {
  expect(samePolicy(document(a), document(b))).toBe(false);
});

test('a statement without a list around it, as IAM takes it, is read', () => {
  const single = { Version: '2012-10-17', Statement: read } as unknown as PolicyDocument;
  expect(samePolicy(single, document(read))).toBe(true);
  expect(samePolicy(document(read), document(read, trust))).toBe(false);
  expect(samePolicy(document(read), { ...document(read), Version: '2008-10-17' })).toBe(false);
});

test('statements are normalized to sorted sets, in the spelling of the document', () => {
  expect(
    normalizeStatements(document({ ...trust, Sid: 'T' }, { ...read, Resource: ['b', 'a', 'b'] })),
  ).toStrictEqual([
    {
      sid: 'T',
      effect: 'Allow',
      principals: ['AWS:arn:aws:iam::111122223333:root'],
      actions: ['sts:AssumeRole'],
      notActions: [],
      resources: [],
      notResources: [],
      conditions: [{ operator: 'StringEquals', key: 'sts:ExternalId', values: ['x'] }],
    },
    {
      sid: 'Read',
      effect: 'Allow',
      principals: [],
      actions: ['s3:GetObject', 's3:ListBucket'],
      notActions: [],
      resources: ['a', 'b'],
      notResources: [],
      conditions: [],
    },
  ]);
});

test("the page's policy grants its bucket; the public datasets are not counted", () => {
  expect(grantedBuckets([seedPolicy])).toEqual(['share-with-kolena']);
});

test('granted buckets are read off all allowing statements, each once, in order', () => {
  const resources = (...Resource: string[]): Statement => ({
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource,
  });
  expect(
    grantedBuckets([
      document(resources('arn:aws:s3:::two/a/*', 'arn:aws:s3:::two/b/*'), {
        ...resources('arn:aws:s3:::denied'),
        Effect: 'Deny',
      }),
      document(
        { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws-cn:s3:::one' },
        resources('arn:aws:s3:::two'),
      ),
      document(
        resources('*', 'arn:aws:s3:::*', 'arn:aws:s3:::logs-*/x', 'arn:aws:kms:us-east-1:111122223333:key/x'),
      ),
    ]),
  ).toEqual(['two', 'one']);
});
