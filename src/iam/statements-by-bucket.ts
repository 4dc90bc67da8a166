import { groupBy } from '../base/group-by.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import { like } from './evaluate-policy.ts';
import { exampleOf } from './examples.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';
import { publicDatasetsBucket } from '../config/bucket-location.ts';

/** The part of some documents that can concern one bucket. */
export interface BucketStatements {
  /** Their resources cut to those of the bucket, all spelled in partition `aws`. */
  readonly statements: readonly Statement[];
  /** Patterns of keys that they tell apart. */
  readonly places: readonly string[];
}

const S3_ARN = /^arn:[^:]*:s3:::(.+)$/s;

/** Documents by bucket, whose names and patterns stand in their order: thousands of buckets are not each compared with all resources. */
export function statementsByBucket(documents: readonly PolicyDocument[]) {
  const indexed = documents.flatMap(statementsOf).map(indexOf);
  const names = indexed.flatMap(({ exact, wild }) => [...exact.keys(), ...wild.map(bucketPart)]);
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
  const resources = listOf(statement.Resource).filter(isOfS3);
  const isWild = (resource: string) => /[*?]/.test(bucketPart(resource));
  const named = resources.filter((resource) => !isWild(resource));
  const wild = [...resources.filter(isWild), ...(statement.NotResource === undefined ? [] : ['*'])];
  return { statement, exact: groupBy(named, bucketPart), wild };
}

function partOf({ statement, exact, wild }: ReturnType<typeof indexOf>, bucket: string) {
  const resources = [
    ...(exact.get(bucket) ?? []),
    ...wild.filter((resource) => like(bucketPart(resource), exampleOf(bucket))),
  ];
  if (resources.length === 0) return [];
  const prefixes = Object.values(statement.Condition ?? {}).flatMap((keys) =>
    Object.entries(keys).flatMap(([key, values]) =>
      key.toLowerCase() === 's3:prefix' ? listOf(values).map(String) : [],
    ),
  );
  const excluded = listOf(statement.NotResource).filter(isOfS3);
  const named = [...resources, ...excluded];
  const places = [...named.flatMap((resource) => placesOf(resource, bucket)), ...prefixes].map((place) =>
    place.replace(/\*+/g, '*'),
  );
  const cut =
    statement.NotResource === undefined
      ? { ...statement, Resource: resources.map(inOnePartition) }
      : { ...statement, NotResource: excluded.map(inOnePartition) };
  return [{ statement: cut, places: places.filter((place) => place !== '') }];
}

/** The keys that a resource names in a bucket, none where it names the bucket itself. */
function placesOf(resource: string, bucket: string): string[] {
  const rest = restOf(resource);
  const slash = rest.indexOf('/');
  if (slash < 0) return rest.endsWith('*') ? ['*'] : [];
  return like(rest.slice(0, slash), exampleOf(bucket)) ? [rest.slice(slash + 1)] : [];
}

function isOfS3(resource: string): boolean {
  return resource === '*' || S3_ARN.test(resource);
}

function bucketPart(resource: string): string {
  return restOf(resource).split('/')[0] ?? '';
}

/** Whoever asks about a bucket does not have to know its partition. */
function inOnePartition(resource: string): string {
  return resource.replace(/^arn:[^:]*:s3:::/, 'arn:aws:s3:::');
}

function restOf(resource: string): string {
  return S3_ARN.exec(resource)?.[1] ?? '*';
}

const BUCKET_RESOURCE = /^arn:[a-z-]+:s3:::([^/*?$]+)(?:\/.*)?$/s;

/** The buckets that live policies grant, each once, in the documents' order; Kolena's public datasets are left out. */
export function grantedBuckets(documents: readonly PolicyDocument[]): string[] {
  const resources = documents
    .flatMap(statementsOf)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Resource }) => listOf(Resource));
  const buckets = resources.map((resource) => BUCKET_RESOURCE.exec(resource)?.[1]);
  return [...new Set(buckets)].filter(
    (bucket) => bucket !== undefined && bucket !== publicDatasetsBucket,
  ) as string[];
}
