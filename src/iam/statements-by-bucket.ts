import { groupBy } from '../base/group-by.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import { like } from './evaluate-policy.ts';
import { exampleOf } from './examples.ts';
import type { OneOrMany, PolicyDocument, Statement } from './policy-document.ts';
import { publicDatasetsBucket } from '../config/bucket-location.ts';

/** The part of some documents that can concern one bucket. */
export interface BucketStatements {
  /** Their resources cut to those of the bucket, all spelled in partition `aws`. */
  readonly statements: readonly Statement[];
  /** Patterns of keys that they tell apart. */
  readonly places: readonly string[];
}

/** Documents by bucket, whose names and patterns stand in their order: thousands of buckets are not each compared with all resources. */
export function statementsByBucket(documents: readonly PolicyDocument[]) {
  const indexed = documents.flatMap(statementsOf).map(indexOf);
  const names = indexed.flatMap(({ exact, wild }) => [...exact.keys(), ...wild.map(({ bucket }) => bucket)]);
  return {
    names: [...new Set(names)],
    of: (bucket: string): BucketStatements => {
      const parts = indexed.flatMap((index) => partOf(index, bucket));
      return {
        statements: parts.map(({ statement }) => statement),
        places: [...new Set(parts.flatMap(({ places }) => places))],
      };
    },
  };
}

/** A statement with its resources: `exact` by the bucket that they name, `wild` those that may be of several buckets. */
function indexOf(statement: Statement) {
  const resources = inS3(statement.NotResource === undefined ? statement.Resource : '*');
  const isWild = ({ bucket }: { readonly bucket: string }) => /[*?]/.test(bucket);
  const named = resources.filter((resource) => !isWild(resource));
  return { statement, exact: groupBy(named, ({ bucket }) => bucket), wild: resources.filter(isWild) };
}

/** Resources of S3 in parts: the bucket, and the keys in it; empty where it is the bucket itself. */
function inS3(resources: OneOrMany | undefined) {
  return listOf(resources).flatMap((resource) => {
    const rest = resource === '*' ? '*' : /^arn:[^:]*:s3:::(.+)$/s.exec(resource)?.[1];
    if (rest === undefined) return [];
    const [, bucket = '', key = bucket.endsWith('*') ? '*' : ''] = /^([^/]*)(?:\/(.*))?$/s.exec(rest) ?? [];
    // Whoever asks about a bucket does not have to know its partition.
    return [{ arn: resource.replace(/^arn:[^:]*/, 'arn:aws'), bucket, key }];
  });
}

function partOf({ statement, exact, wild }: ReturnType<typeof indexOf>, bucket: string) {
  const isHere = (resource: { readonly bucket: string }) => like(resource.bucket, exampleOf(bucket));
  const resources = [...(exact.get(bucket) ?? []), ...wild.filter(isHere)];
  if (resources.length === 0) return [];
  const { NotResource, Condition = {} } = statement;
  // All of them: a pattern can stand for the name of the bucket and a part of the key, too.
  const excluded = inS3(NotResource);
  const prefixes = Object.values(Condition)
    .flatMap((keys) => Object.entries(keys))
    .flatMap(([key, values]) => (key.toLowerCase() === 's3:prefix' ? listOf(values).map(String) : []));
  const places = [...[...resources, ...excluded.filter(isHere)].map(({ key }) => key), ...prefixes]
    .map((place) => place.replace(/\*+/g, '*'))
    .filter((place) => place !== '');
  const cut =
    NotResource === undefined
      ? { ...statement, Resource: resources.map(({ arn }) => arn) }
      : { ...statement, NotResource: excluded.map(({ arn }) => arn) };
  return [{ statement: cut, places }];
}

const BUCKET_RESOURCE = /^arn:[a-z-]+:s3:::([^/*?$]+)(?:\/.*)?$/s;

/** The buckets that live policies grant, each once, in the documents' order; Kolena's public datasets are left out. */
export function grantedBuckets(documents: readonly PolicyDocument[]): string[] {
  const resources = documents
    .flatMap(statementsOf)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Resource }) => listOf(Resource));
  const buckets = resources.flatMap((resource) => BUCKET_RESOURCE.exec(resource)?.[1] ?? []);
  return [...new Set(buckets)].filter((bucket) => bucket !== publicDatasetsBucket);
}
