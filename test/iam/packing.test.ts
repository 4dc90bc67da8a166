import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BucketLocation } from '../../src/config/bucket-location.ts';
import type { GrantOptions } from '../../src/iam/access-policy.ts';
import { leastPolicies, packPolicies, type PackedPolicy } from '../../src/iam/packing.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { cpuTimeOf, isWithin } from '../support/pace.ts';

const options: GrantOptions = { partition: 'aws', objectVersions: false };
const nothingLive = new Map<number, PolicyDocument>();

interface Packing {
  readonly live?: ReadonlyMap<number, PolicyDocument>;
  readonly taken?: readonly number[];
  readonly kmsKeyArns?: readonly string[];
}

function pack(
  buckets: readonly BucketLocation[],
  { live = nothingLive, taken = [], kmsKeyArns = [] }: Packing = {},
) {
  return packPolicies({
    ...options,
    buckets,
    kmsKeyArns,
    includePublicDatasets: true,
    live,
    taken: new Set(taken),
  });
}

function liveOf(packed: readonly PackedPolicy[]): Map<number, PolicyDocument> {
  return new Map(packed.map(({ number, document }) => [number, document]));
}

/** Bucket names of a length, all different. */
function named(count: number, length: number): BucketLocation[] {
  return Array.from({ length: count }, (_, at) => ({ bucket: String(at).padStart(length, 'b') }));
}

const resourcesOf = (packed: readonly PackedPolicy[]) =>
  packed.flatMap(({ document }) => document.Statement.flatMap(({ Resource = [] }) => Resource));

const anyLocation: fc.Arbitrary<BucketLocation> = fc.record(
  {
    bucket: fc
      .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 3, max: 63 }))
      .map(([at, length]) => `${at}`.padStart(length, 'b')),
    prefix: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('images/', 'a/', 'b&c/') },
      { weight: 1, arbitrary: fc.stringMatching(/^[a-z"\\é]{1,200}\/$/) },
    ),
  },
  { requiredKeys: ['bucket'] },
);

/** Locations as the parser lets them through: none twice, none inside another. */
function withoutOverlaps(locations: readonly BucketLocation[]): BucketLocation[] {
  const whole = new Set(locations.filter(({ prefix }) => prefix === undefined).map(({ bucket }) => bucket));
  const seen = new Set<string>();
  return locations.filter(({ bucket, prefix }) => {
    const key = `${bucket}/${prefix ?? ''}`;
    const fresh = !seen.has(key) && (prefix === undefined || !whole.has(bucket));
    seen.add(key);
    return fresh;
  });
}

const anyLocations = fc
  .array(anyLocation, { minLength: 1, maxLength: 150, size: 'max' })
  .map(withoutOverlaps);
const anyKeys = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('us-east-1', 'eu-west-1'), fc.integer({ min: 0, max: 99 }))
    .map(([region, at]) => `arn:aws:kms:${region}:111122223333:key/mrk-${String(at).padStart(32, '0')}`),
  { maxLength: 8 },
);

test('every policy is within the quota, nothing is missing and nothing is granted twice', () => {
  fc.assert(
    fc.property(anyLocations, anyKeys, (locations, kmsKeyArns) => {
      const packed = pack(locations, { kmsKeyArns });
      for (const { document } of packed) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
      const expected = [...locations, { bucket: 'kolena-public-datasets' }].map(
        ({ bucket, prefix = '' }: BucketLocation) => `arn:aws:s3:::${bucket}/${prefix}*`,
      );
      const granted = resourcesOf(packed).filter(
        (resource) => resource.endsWith('*') || resource.includes(':kms:'),
      );
      expect(granted.toSorted()).toEqual([...expected, ...kmsKeyArns].toSorted());
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('the same config and the same AWS give the same policies, and packing what is packed changes nothing', () => {
  fc.assert(
    fc.property(anyLocations, anyKeys, (locations, kmsKeyArns) => {
      const packed = pack(locations, { kmsKeyArns });
      expect(pack(locations, { kmsKeyArns })).toStrictEqual(packed);
      expect(pack(locations, { kmsKeyArns, live: liveOf(packed) })).toStrictEqual(packed);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

function changedNumbers(before: readonly PackedPolicy[], after: readonly PackedPolicy[]): number[] {
  const [was, is] = [liveOf(before), liveOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (number) => JSON.stringify(was.get(number)) !== JSON.stringify(is.get(number)),
  );
}

test('adding or dropping one bucket, with all its prefixes and anywhere in the config, changes at most one policy', () => {
  fc.assert(
    fc.property(anyLocations, fc.nat(), (locations, at) => {
      const bucket = locations[at % locations.length]?.bucket;
      const fewer = locations.filter((location) => location.bucket !== bucket);
      const all = pack(locations);
      expect(changedNumbers(all, pack(fewer, { live: liveOf(all) })).length).toBeLessThanOrEqual(1);
      const less = pack(fewer);
      expect(changedNumbers(less, pack(locations, { live: liveOf(less) })).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('what fits into one policy stands there in the order of the config, the public datasets last', () => {
  const packed = pack([{ bucket: 'zzz' }, { bucket: 'a-much-longer-name' }, { bucket: 'mmm' }]);
  expect(resourcesOf(packed).filter((arn) => !arn.endsWith('*'))).toEqual(
    ['zzz', 'a-much-longer-name', 'mmm', 'kolena-public-datasets'].map((bucket) => `arn:aws:s3:::${bucket}`),
  );
});

/** A bucket costs 2·len + 34 characters: its two ARNs, quotes, commas and `/*`; all else in the document, 211. */
test.each([
  { length: 63, fitInOne: 37 },
  { length: 25, fitInOne: 70 },
])(
  '$fitInOne buckets of $length characters fit into one policy, one more needs two',
  ({ length, fitInOne }) => {
    expect(pack(named(fitInOne, length))).toHaveLength(1);
    expect(pack(named(fitInOne + 1, length)).map(({ number }) => number)).toEqual([1, 2]);
  },
);

test('a bucket whose access changes from a prefix to the whole stays in its policy', () => {
  const buckets = named(100, 60);
  const at = 80;
  const prefixed = buckets.with(at, { bucket: buckets[at]?.bucket ?? '', prefix: 'a/' });
  const before = pack(prefixed);
  expect(changedNumbers(before, pack(buckets, { live: liveOf(before) }))).toHaveLength(1);
});

test('numbers whose names belong to others are left out', () => {
  expect(pack(named(100, 63), { taken: [2, 3] }).map(({ number }) => number)).toEqual([1, 4, 5]);
});

test('a prefix that no policy can hold is refused by name', () => {
  expect(() => pack([{ bucket: 'bucket', prefix: `${'<'.repeat(1023)}/` }])).toThrow(
    /alone needs more than the 6144 characters/,
  );
});

test('as many buckets as twenty policies can hold are packed whole', () => {
  const packed = pack(named(1399, 25));
  expect(packed).toHaveLength(20);
  expect(resourcesOf(packed).filter((arn) => arn.endsWith('*'))).toHaveLength(1400);
});

test('what the provider writes as escapes is counted as such', () => {
  const buckets = named(100, 60).map((location) => ({ ...location, prefix: '<&>/' }));
  const escapedLengths = pack(buckets).map(
    ({ document }) => JSON.stringify(document).replace(/[<>&]/g, '\\u0000').length,
  );
  expect(escapedLengths.length).toBeGreaterThan(1);
  expect(Math.max(...escapedLengths)).toBeLessThanOrEqual(6144);
});

test('what is needed at the least is never more than what is needed', () => {
  fc.assert(
    fc.property(anyLocations, (locations) => {
      expect(leastPolicies(locations, options)).toBeLessThanOrEqual(pack(locations).length);
    }),
    { numRuns: 60 },
  );
});

const prefixesIn = (buckets: number, count: number): BucketLocation[] =>
  Array.from({ length: count }, (_, at) => ({
    bucket: `vision-dataset-${String(at % buckets).padStart(3, '0')}`,
    prefix: `images-${at}/`,
  }));

test('what no role can hold is known at once', () => {
  const milliseconds = cpuTimeOf(() => {
    expect(leastPolicies(prefixesIn(500, 2000), options)).toBeGreaterThan(20);
    expect(leastPolicies(prefixesIn(500, 16_000), options)).toBeGreaterThan(20);
  });
  expect(isWithin(1000, milliseconds), `${milliseconds} ms`).toBe(true);
});

test('the time to pack grows with what is packed, up to what twenty policies hold', () => {
  const time = (buckets: number, count: number) => {
    let length = 0;
    const milliseconds = cpuTimeOf(() => ({ length } = pack(prefixesIn(buckets, count))));
    return { length, milliseconds };
  };
  time(250, 1000);
  const [quarter, all] = [time(63, 250), time(250, 1000)];
  expect([quarter.length, all.length]).toEqual([5, 18]);
  // Measuring every policy anew for every prefix took 1.5 s.
  expect(isWithin(Math.max(500, 40 * quarter.milliseconds), all.milliseconds)).toBe(true);
});
