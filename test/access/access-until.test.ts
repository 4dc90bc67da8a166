import { describe, expect, test } from 'vitest';
import { accessChange } from '../../src/access/access-change.ts';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { statementsOf } from '../../src/iam/compare-policy.ts';
import { withoutEnd } from '../../src/iam/end-condition.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { isTemporary } from '../../src/iam/temporary-statement.ts';
import { configOf } from '../config/configs.ts';
import { bucketOf, roleOf, policyOf, worldOf } from './world.ts';

const end = '2027-07-01T00:00:00Z';
const keys = {
  buckets: ['share-with-kolena', 'prefixed/images/'],
  'kms-key-arns': ['arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
  'kolena-external-id': 'example-external-id',
};
const desiredOf = (more: object, verifierArn?: string) =>
  decideAccess(configOf({ ...keys, ...more }), nothingObserved, { region: 'us-east-1', verifierArn });

describe('access that ends', () => {
  const { role, policies } = desiredOf(
    { 'access-until': '2027-06-30' },
    'arn:aws:iam::444455556666:role/verifier',
  );
  const trust = role?.trustPolicy.Statement ?? [];

  test("ends in the trust policy's statement of Kolena, beside its external ID, and not for the verifier", () => {
    expect(trust.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
      [
        'KolenaAssumeRole',
        {
          StringEquals: { 'sts:ExternalId': ['example-external-id'] },
          DateLessThan: { 'aws:CurrentTime': end },
        },
      ],
      ['KolenaVerifier', { StringEquals: { 'sts:ExternalId': ['example-external-id'] } }],
    ]);
  });

  test('ends in every statement of the access policies, since open sessions live on', () => {
    const statements = policies.flatMap(({ document }) => statementsOf(document));
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'S3ListBucket',
      'S3GetPrefixes',
      'S3ListPrefixes1',
      'KmsDecryptViaS3',
    ]);
    for (const { Condition } of statements)
      expect(Condition).toMatchObject({ DateLessThan: { 'aws:CurrentTime': end } });
    expect(statements[2]?.Condition).toMatchObject({ StringLike: { 's3:prefix': ['images/*'] } });
  });

  test('without the key no document holds a date', () => {
    expect(JSON.stringify(desiredOf({}))).not.toContain('CurrentTime');
  });

  test.each(['2026-12-01T00:00:00Z', '2027-07-01T00:00:00Z', '2030-01-01T00:00:00Z'])(
    "Kolena's statement is nothing that a check left, at %s too",
    (now) => {
      const context = { now: new Date(now), accountId: '444455556666', externalId: 'example-external-id' };
      expect(trust.map((statement) => isTemporary(statement, context))).toEqual([false, false]);
    },
  );
});

describe('an end that moves', () => {
  const buckets = [bucketOf('share-with-kolena'), bucketOf('prefixed')];
  const standing = (more: object, documentsOf = more) => {
    const { role, policies } = desiredOf(more);
    if (role === undefined) throw new Error('a config always wants a role');
    return worldOf({
      role: roleOf({ trustPolicy: role.trustPolicy }),
      policies: desiredOf(documentsOf).policies.map(({ document }) => policyOf({ document })),
      buckets: policies.length > 0 ? buckets : [],
    });
  };
  const change = (observed: ReturnType<typeof worldOf>, more: object) => {
    const desired = decideAccess(configOf({ ...keys, ...more }), observed, { region: 'us-east-1' });
    return accessChange({ observed, desired });
  };
  const [june, july] = [{ 'access-until': '2027-06-30' }, { 'access-until': '2027-07-31' }];

  test.each<[string, object, object, string, string[]]>([
    ['later', june, july, 'wider', ['ends later, after 31 Jul 2027 (UTC)']],
    ['earlier', july, june, 'narrower', ['ends earlier, after 30 Jun 2027 (UTC)']],
    ['away', june, {}, 'wider', ['no end date']],
    ['in', {}, june, 'narrower', ['ends after 30 Jun 2027 (UTC)']],
    ['nowhere', june, june, 'none', []],
  ])('%s is one finding, and no change of a bucket', (_, was, is, direction, titles) => {
    const found = change(standing(was), is);
    expect(found.trust.map(({ title }) => title)).toEqual(titles);
    expect(found.direction).toBe(direction);
    expect(found.buckets.map((one) => [one.direction, one.after.conditional])).toEqual([
      ['CORS only', false],
      ['CORS only', false],
    ]);
    expect(found.others).toEqual([]);
  });

  const written = (condition: object) => (one: Statement) => ({
    ...withoutEnd(one),
    Condition: { ...withoutEnd(one).Condition, ...condition },
  });

  test.each<[string, object]>([
    ['in seconds', { DateLessThan: { 'aws:CurrentTime': '1814400000' } }],
    ['with an offset', { DateLessThan: { 'aws:CurrentTime': '2027-07-01T02:00:00+02:00' } }],
    ['as a date', { DateLessThan: { 'aws:CurrentTime': '2027-07-01' } }],
    ['in another case', { dateLessThan: { 'aws:currentTime': end } }],
    ['with its own second', { DateLessThanEquals: { 'aws:CurrentTime': end } }],
    ['as the later of two', { DateLessThan: { 'aws:CurrentTime': ['2027-01-01T00:00:00Z', end] } }],
  ])('is known however somebody wrote it: %s', (_, condition) => {
    const { role, policies, ...world } = standing(june);
    if (role === undefined) throw new Error('there is a role');
    const ending = (document: PolicyDocument) => ({
      ...document,
      Statement: document.Statement.map(written(condition)),
    });
    const observed = {
      ...world,
      role: { ...role, trustPolicy: ending(role.trustPolicy) },
      policies: policies.map((one) => ({ ...one, document: ending(one.document) })),
    };
    expect(
      [june, july, { 'access-until': '2027-06-29' }].map((is) => change(observed, is).direction),
    ).toEqual(['none', 'wider', 'narrower']);
  });

  test('in the policies alone is found, too', () => {
    const found = change(standing(june, {}), june);
    expect([found.direction, found.trust.map(({ title }) => title)]).toEqual([
      'narrower',
      ['ends after 30 Jun 2027 (UTC)'],
    ]);
  });

  test('where grants end at different times each bucket is compared by itself', () => {
    const world = standing(june);
    const [policy] = world.policies;
    const [first, ...others] = policy?.document.Statement ?? [];
    if (policy === undefined || first === undefined) throw new Error('there is a policy');
    const document = { ...policy.document, Statement: [withoutEnd(first), ...others] };
    const found = change({ ...world, policies: [{ ...policy, document }] }, june);
    // The statement of whole buckets holds Kolena's public datasets as well.
    expect(found.buckets.map((one) => one.direction)).toEqual(['narrower', 'CORS only', 'narrower']);
    expect(found.direction).toBe('narrower');
  });
});

describe('a warning tells of the end', () => {
  const warned = (now: string) =>
    decideAccess(configOf({ ...keys, 'access-until': '2027-06-30' }), nothingObserved, {
      region: 'us-east-1',
      now: new Date(now),
    }).warnings;

  test.each<[string, string[]]>([
    ['2027-05-31T23:59:59Z', []],
    ['2027-06-01T00:00:00Z', ['access-ends-soon']],
    ['2027-06-30T00:00:00Z', ['access-ends-soon']],
    ['2027-06-30T23:59:59Z', ['access-ends-soon']],
    ['2027-07-01T00:00:00Z', ['access-ended']],
    ['2027-07-02T00:00:00Z', ['access-ended']],
  ])('at %s', (now, ids) => {
    expect(warned(now).map(({ id }) => id)).toEqual(ids);
  });

  test('with what to do', () => {
    expect(warned('2027-06-20T00:00:00Z')).toEqual([
      {
        id: 'access-ends-soon',
        message: "Kolena's access ends after 30 Jun 2027 (UTC).",
        remedy:
          'To keep it, set a later `access-until`, or remove it, and apply before then. Otherwise there is nothing to do.',
      },
    ]);
    expect(warned('2027-07-20T00:00:00Z')[0]?.remedy).toContain('run `command: destroy`');
  });
});
