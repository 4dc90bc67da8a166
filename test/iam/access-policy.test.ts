import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessConfig } from '../../src/config/access-config.ts';
import { accessPolicy, isOurDocument } from '../../src/iam/access-policy.ts';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { configOf } from '../config/configs.ts';
import { seedPolicy } from '../support/seed.ts';

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

function documentsOf(config: AccessConfig, region = 'us-east-1'): PolicyDocument[] {
  return decideAccess(config, nothingObserved, { region }).policies.map(({ document }) => document);
}

test('a prefix narrows GetObject to it and ListBucket by s3:prefix; buckets with the same prefixes share a statement', () => {
  const config = configOf({
    buckets: ['whole', 'one/a/', 'two/a/', 'two/b/', 'three/b/', 'three/a/'],
    'include-public-datasets': false,
  });
  expect(documentsOf(config)).toStrictEqual([
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'S3ListBucket',
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:ListBucket'],
          Resource: ['arn:aws:s3:::whole', 'arn:aws:s3:::whole/*'],
        },
        {
          Sid: 'S3GetPrefixes',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: ['one/a', 'two/a', 'two/b', 'three/b', 'three/a'].map((path) => `arn:aws:s3:::${path}/*`),
        },
        {
          Sid: 'S3ListPrefixes1',
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: ['arn:aws:s3:::one'],
          Condition: { StringLike: { 's3:prefix': ['a/*'] } },
        },
        {
          Sid: 'S3ListPrefixes2',
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: ['arn:aws:s3:::two', 'arn:aws:s3:::three'],
          Condition: { StringLike: { 's3:prefix': ['a/*', 'b/*'] } },
        },
      ],
    },
  ]);
});

test('object versions add s3:GetObjectVersion wherever objects are read', () => {
  const [document] = documentsOf(configOf({ buckets: ['whole', 'part/a/'], 'object-versions': true }));
  expect(document?.Statement.map(({ Action }) => Action)).toEqual([
    ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
    ['s3:GetObject', 's3:GetObjectVersion'],
    ['s3:ListBucket'],
  ]);
});

test.each([
  ['aws', 'eu-west-1', ['s3.eu-west-1.amazonaws.com']],
  ['aws-cn', 'cn-northwest-1', ['s3.cn-northwest-1.amazonaws.com', 's3.cn-northwest-1.amazonaws.com.cn']],
  ['aws-us-gov', 'us-gov-west-1', ['s3.us-gov-west-1.amazonaws.com']],
])('in partition %s keys decrypt only via S3 of their region', (partition, region, services) => {
  const keys = [
    `arn:${partition}:kms:${region}:111122223333:key/${key}`,
    `arn:${partition}:kms:${region}:111122223333:key/mrk-${'0'.repeat(32)}`,
  ];
  const config = configOf({
    'kolena-principal-arn': `arn:${partition}:iam::111122223333:root`,
    'kms-key-arns': keys,
  });
  expect(documentsOf(config, region)[0]?.Statement[1]).toStrictEqual({
    Sid: 'KmsDecryptViaS3',
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: keys,
    Condition: { StringEquals: { 'kms:ViaService': services } },
  });
});

test('the public datasets, which live in partition aws, are granted there only and on demand only', () => {
  const inChina = configOf({ 'kolena-principal-arn': 'arn:aws-cn:iam::111122223333:root' });
  expect(documentsOf(inChina, 'cn-north-1')[0]?.Statement[0]?.Resource).toEqual([
    'arn:aws-cn:s3:::share-with-kolena',
    'arn:aws-cn:s3:::share-with-kolena/*',
  ]);
  const without = configOf({ 'include-public-datasets': false });
  expect(JSON.stringify(documentsOf(without))).not.toContain('kolena-public-datasets');
  const withPrefix = configOf({ buckets: ['part/a/'] });
  expect(documentsOf(withPrefix)[0]?.Statement[0]?.Resource).toEqual([
    'arn:aws:s3:::kolena-public-datasets',
    'arn:aws:s3:::kolena-public-datasets/*',
  ]);
});

const buckets = ['one', 'two', 'two-more', 'three'];
const prefixes = ['', 'a/', 'ab/', 'b/c/', 'with space/'];
const anyConfig = fc
  .record({
    places: fc.uniqueArray(fc.tuple(fc.constantFrom(...buckets), fc.constantFrom(...prefixes)), {
      minLength: 1,
      selector: String,
    }),
    objectVersions: fc.boolean(),
    includePublicDatasets: fc.boolean(),
    keys: fc.boolean(),
  })
  .map(({ places, objectVersions, includePublicDatasets, keys }) => {
    const whole = new Set(places.filter(([, prefix]) => prefix === '').map(([bucket]) => bucket));
    return configOf({
      buckets: places
        .filter(([bucket, prefix]) => prefix === '' || !whole.has(bucket))
        .map(([bucket, prefix]) => `${bucket}/${prefix}`),
      'object-versions': objectVersions,
      'include-public-datasets': includePublicDatasets,
      'kms-key-arns': keys ? [`arn:aws:kms:us-east-1:444455556666:key/${key}`] : [],
    });
  });

test('every Sid is alphanumeric and stands once in its document', () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      for (const document of documentsOf(config)) {
        const sids = document.Statement.map(({ Sid = '' }) => Sid);
        expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid))).toBe(true);
        expect(new Set(sids).size).toBe(sids.length);
        expect(isOurDocument(document)).toBe(true);
      }
    }),
  );
});

interface Call {
  readonly action: string;
  readonly bucket: string;
  /** Of an object, or the `s3:prefix` that is asked for; undefined lists without one. */
  readonly key: string | undefined;
}

const anyCall: fc.Arbitrary<Call> = fc.record({
  action: fc.constantFrom(
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:PutObject',
    's3:DeleteObject',
    's3:ListBucketVersions',
    's3:GetBucketCORS',
  ),
  bucket: fc.constantFrom(...buckets, 'on', 'one-b', 'kolena-public-datasets', 'kolena-public-dataset'),
  key: fc.constantFrom(
    undefined,
    '',
    'a',
    'a/',
    'a/x.png',
    'ab/x',
    'abc',
    'b/',
    'b/c/',
    'b/c/d/e.png',
    'with space/x',
    'A/x',
  ),
});

/** What the config says, told from the config alone. */
function isGranted(config: AccessConfig, { action, bucket, key: asked }: Call): boolean {
  const isPublic = bucket === 'kolena-public-datasets' && config.includePublicDatasets;
  const reads = action === 's3:GetObject' || (action === 's3:GetObjectVersion' && config.objectVersions);
  if (!reads && action !== 's3:ListBucket') return false;
  return (
    isPublic ||
    config.buckets.some(
      ({ bucket: own, prefix }) =>
        own === bucket && (prefix === undefined || asked?.startsWith(prefix) === true),
    )
  );
}

async function isAllowed(
  documents: readonly PolicyDocument[],
  { action, bucket, key: asked }: Call,
): Promise<boolean> {
  const onObject = /Object/.test(action);
  const result = await runSimulation(
    {
      request: {
        principal: 'arn:aws:iam::444455556666:role/KolenaS3ReadAccess',
        action,
        resource: {
          resource: `arn:aws:s3:::${bucket}${onObject ? `/${asked ?? ''}` : ''}`,
          accountId: '444455556666',
        },
        contextVariables:
          !onObject && asked !== undefined && action.startsWith('s3:List') ? { 's3:prefix': asked } : {},
      },
      identityPolicies: documents.map((policy, index) => ({ name: String(index), policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

test('an independent IAM engine allows what the config says, and nothing else', async () => {
  const call = anyCall.filter(
    ({ action, key: asked }) => !/Object/.test(action) || (asked !== undefined && asked !== ''),
  );
  await fc.assert(
    fc.asyncProperty(anyConfig, fc.array(call, { minLength: 5, maxLength: 10 }), async (config, calls) => {
      const documents = documentsOf(config);
      for (const one of calls)
        expect([one, await isAllowed(documents, one)]).toEqual([one, isGranted(config, one)]);
    }),
    { numRuns: 60 },
  );
});

test("the page's document counts as made by us, and one with another statement in it does not", () => {
  const document = accessPolicy(
    { locations: [{ bucket: 'b' }, { bucket: 'b', prefix: 'c/' }], kmsKeyArns: ['a'] },
    { partition: 'aws', objectVersions: true },
  );
  expect([document, seedPolicy].map(isOurDocument)).toEqual([true, true]);
  expect(
    isOurDocument({
      ...document,
      Statement: [...document.Statement, { Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    }),
  ).toBe(false);
  expect(
    isOurDocument({ Version: '2012-10-17', Statement: [{ Sid: 'VisualEditor0', Effect: 'Allow' }] }),
  ).toBe(false);
});
