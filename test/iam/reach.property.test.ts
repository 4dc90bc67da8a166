import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BucketLocation } from '../../src/config/bucket-location.ts';
import { accessPolicy } from '../../src/iam/access-policy.ts';
import { evaluatePolicies } from '../../src/iam/evaluate-policy.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { compareReach, holds, isNothing, type Reach } from '../../src/iam/reach.ts';
import { statementsByBucket } from '../../src/iam/statements-by-bucket.ts';
import * as someLocations from './locations.ts';

/** With one that holds what IAM reads as a pattern. */
const prefixes = [...someLocations.prefixes, 'a?b/'];
const keys = [...someLocations.keys, 'a1b/x', 'a?b/x', 'other/images/1.png'];
const { buckets } = someLocations;

const location = someLocations.locationAmong(prefixes);
const grants = fc.record({
  locations: fc.uniqueArray(location, { maxLength: 6, selector: (one) => JSON.stringify(one) }),
  objectVersions: fc.boolean(),
});
const documentOf = ({
  locations,
  objectVersions,
}: {
  locations: BucketLocation[];
  objectVersions: boolean;
}) => accessPolicy({ locations, kmsKeyArns: [] }, { partition: 'aws', objectVersions });

const compare = (bucket: string, before: PolicyDocument[], after: PolicyDocument[]) =>
  compareReach(bucket, statementsByBucket(before).of(bucket), statementsByBucket(after).of(bucket));

interface Request {
  readonly action: string;
  readonly resource: string;
  readonly prefix?: string;
}

const requestsFor = (bucket: string, key: string): Record<'reads' | 'lists' | 'versions', Request> => ({
  reads: { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` },
  versions: { action: 's3:GetObjectVersion', resource: `arn:aws:s3:::${bucket}/${key}` },
  lists: { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, prefix: key },
});

function ourEngine(document: PolicyDocument, { action, resource, prefix }: Request): boolean {
  const context = prefix === undefined ? {} : { 's3:prefix': prefix };
  return evaluatePolicies([document], { action, resource, context }).decision === 'allowed';
}

async function anotherEngine(
  document: PolicyDocument,
  { action, resource, prefix }: Request,
): Promise<boolean> {
  const account = '111122223333';
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/kolena`,
        action,
        resource: { resource, accountId: account },
        contextVariables: prefix === undefined ? {} : { 's3:prefix': prefix },
      },
      identityPolicies: [{ name: 'policy', policy: document }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

describe('what is told of a bucket is what a policy engine decides', () => {
  test("the action's own", () => {
    fc.assert(
      fc.property(grants, grants, fc.constantFrom(...buckets), (before, after, bucket) => {
        const [live, planned] = [documentOf(before), documentOf(after)];
        const change = compare(bucket, [live], [planned]);
        const gained: boolean[] = [];
        const lost: boolean[] = [];
        for (const key of keys)
          for (const [what, request] of Object.entries(requestsFor(bucket, key))) {
            const [was, is] = [ourEngine(live, request), ourEngine(planned, request)];
            expect([key, what, holds(change.before[what as 'reads'], key)]).toEqual([key, what, was]);
            expect([key, what, holds(change.after[what as 'reads'], key)]).toEqual([key, what, is]);
            gained.push(!was && is);
            lost.push(was && !is);
          }
        // Each two of the prefixes above have a key that tells them apart.
        expect(change.grows).toBe(gained.includes(true));
        expect(change.shrinks).toBe(lost.includes(true));
      }),
      { numRuns: 300 },
    );
  });

  test('@cloud-copilot/iam-simulate', async () => {
    await fc.assert(
      fc.asyncProperty(
        grants.filter(({ locations }) => locations.length > 0),
        fc.constantFrom(...buckets),
        async (grant, bucket) => {
          const document = documentOf(grant);
          const { after } = compare(bucket, [], [document]);
          for (const key of keys)
            for (const [what, request] of Object.entries(requestsFor(bucket, key)))
              expect([key, what, holds(after[what as 'reads'], key)]).toEqual([
                key,
                what,
                await anotherEngine(document, request),
              ]);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe('documents that somebody wrote by hand', () => {
  const allow = (Resource: string | string[], more: object = {}): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource, ...more }],
  });
  const whole = allow(['arn:aws:s3:::street', 'arn:aws:s3:::street/*']);
  const none: PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const reads = (document: PolicyDocument): Reach => compare('street', [document], [none]).before;

  test.each<[string, PolicyDocument, Reach['reads']]>([
    ['every resource', allow('*'), { places: ['*'], but: [] }],
    ['every bucket', allow('arn:aws:s3:::*'), { places: ['*'], but: [] }],
    ['a pattern of buckets', allow('arn:aws:s3:::str*/*'), { places: ['*'], but: [] }],
    ['buckets of another partition', allow('arn:aws-cn:s3:::street/*'), { places: ['*'], but: [] }],
    ['one object', allow('arn:aws:s3:::street/a.png'), { places: ['a.png'], but: [] }],
    ['a suffix', allow('arn:aws:s3:::street/*.png'), { places: ['*.png'], but: [] }],
    [
      'all but a denied prefix',
      {
        ...whole,
        Statement: [
          ...whole.Statement,
          { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::street/secret/*' },
        ],
      },
      { places: ['*'], but: ['secret/*'] },
    ],
    [
      'every resource but one',
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::street/secret/*' }],
      },
      { places: ['*'], but: ['secret/*'] },
    ],
    [
      'every action but one',
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction: 's3:PutObject', Resource: '*' }] },
      { places: ['*'], but: [] },
    ],
  ])('%s', (_, document, expected) => {
    expect(reads(document).reads).toEqual(expected);
  });

  test('a condition that goes is a wider grant, and the reach before held under conditions', () => {
    const change = compare(
      'street',
      [
        allow(['arn:aws:s3:::street', 'arn:aws:s3:::street/*'], {
          Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
        }),
      ],
      [whole],
    );
    expect(change).toMatchObject({ grows: true, shrinks: false });
    expect([change.before.conditional, change.after.conditional]).toEqual([true, false]);
    expect(change.before.reads.places).toEqual(['*']);
  });

  test.each<[string, object, object, boolean, boolean]>([
    ['another value', { StringEquals: { k: 'a' } }, { StringEquals: { k: 'b' } }, true, true],
    ['a second value', { StringEquals: { k: 'a' } }, { StringEquals: { k: ['a', 'b'] } }, true, false],
    ['a condition more', { StringEquals: { k: 'a' } }, { StringEquals: { k: 'a', l: 'b' } }, false, true],
    [
      'a later end',
      { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
      true,
      false,
    ],
    ['a value let in', { StringNotEquals: { k: 'a' } }, {}, true, false],
    ['only when present', { StringEquals: { k: 'a' } }, { StringEqualsIfExists: { k: 'a' } }, true, false],
  ])('%s', (_, before, after, grows, shrinks) => {
    const [was, is] = [before, after].map((Condition) => allow('arn:aws:s3:::street/*', { Condition }));
    expect(compare('street', [was ?? none], [is ?? none])).toMatchObject({ grows, shrinks });
  });

  test('a denial that crosses the grant is told, and taking it away is wider', () => {
    const images = allow('arn:aws:s3:::street/image*');
    const crossing = {
      ...images,
      Statement: [
        ...images.Statement,
        { Effect: 'Deny' as const, Action: 's3:GetObject', Resource: 'arn:aws:s3:::street/imag*/*' },
      ],
    };
    const change = compare('street', [crossing], [images]);
    expect(change).toMatchObject({ grows: true, shrinks: false });
    expect(change.before.reads).toEqual({ places: ['image*'], but: ['image*/*'] });
  });

  test('writing is named, and taking it away is narrower', () => {
    const writes: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:*', Resource: ['arn:aws:s3:::street', 'arn:aws:s3:::street/*'] },
      ],
    };
    const change = compare('street', [writes], [whole]);
    expect(change.before.others).toEqual(['s3:PutObject', 's3:DeleteObject']);
    expect(change).toMatchObject({ grows: false, shrinks: true });
  });

  test('a bucket that no statement names is nothing', () => {
    expect(isNothing(compare('robotics', [whole], [whole]).before)).toBe(true);
  });

  test('what a pattern of names grants is found under the pattern', () => {
    expect(statementsByBucket([allow('arn:aws:s3:::str*/*'), whole]).names).toEqual(['str*', 'street']);
  });
});
