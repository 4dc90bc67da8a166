import { bucketArn, objectArn } from '../config/arn.ts';
import type { BucketLocation } from '../config/bucket-location.ts';
import {
  accessPolicy,
  bucketStatement,
  kmsStatement,
  listStatement,
  objectStatement,
  prefixListKey,
  type GrantOptions,
} from './access-policy.ts';
import { withEnd } from './end-condition.ts';
import { jsonLength, textLength, type Statement } from './policy-document.ts';

/** One thing that a policy can grant by itself: a bucket or prefix, or a KMS key by its ARN. */
export type Grant = BucketLocation | string;

/** What an access policy holds, as far as its length goes: it grows by what is added, and is never measured whole again. */
export interface PolicySize {
  /** Characters, as `jsonLength` of the document counts them. */
  readonly size: number;
  readonly whole: number;
  readonly objects: number;
  readonly keys: readonly string[];
  readonly prefixes: ReadonlyMap<string, readonly string[]>;
  /** The statements that list buckets, by what `prefixListKey` says of the prefixes that they share. */
  readonly lists: ReadonlyMap<string, ListSize>;
}

/** Characters of the entries of one such statement, and how many buckets it has. */
interface ListSize {
  readonly count: number;
  readonly buckets: number;
  readonly prefixes: number;
}

/** Of a policy that grants nothing. */
export const noGrants: PolicySize = {
  size: jsonLength(accessPolicy({ locations: [], kmsKeyArns: [] }, { partition: '', objectVersions: false })),
  whole: 0,
  objects: 0,
  keys: [],
  prefixes: new Map(),
  lists: new Map(),
};

/** The size of a policy with these grants more. */
export function grownBy(before: PolicySize, grants: readonly Grant[], options: GrantOptions): PolicySize {
  let { whole, objects } = before;
  const keys = [...before.keys, ...grants.filter((grant) => typeof grant === 'string')];
  const added = new Map<string, string[]>();
  for (const grant of grants) {
    if (typeof grant === 'string') continue;
    const { bucket, prefix } = grant;
    const object = entryLength(objectArn(grant, options));
    if (prefix === undefined) whole += entryLength(bucketArn(bucket, options)) + object;
    else {
      objects += object;
      added.set(bucket, [...(added.get(bucket) ?? []), prefix]);
    }
  }
  const [prefixes, lists] = [new Map(before.prefixes), new Map(before.lists)];
  for (const [bucket, more] of added) {
    const own = entryLength(bucketArn(bucket, options));
    const [old, now] = [prefixes.get(bucket), [...(prefixes.get(bucket) ?? []), ...more]];
    if (old !== undefined) change(lists, old, -own);
    change(lists, now, own);
    prefixes.set(bucket, now);
  }
  const parts = { whole, objects, keys, prefixes, lists };
  return { ...parts, size: sizeOf(parts, options) };
}

/** One bucket more in the statement of these prefixes, or fewer: `own` are the characters that come or go with it. */
function change(lists: Map<string, ListSize>, prefixes: readonly string[], own: number): void {
  const key = prefixListKey(prefixes);
  const none = () => ({ count: 0, buckets: 0, prefixes: lengthOf(prefixes.map((prefix) => `${prefix}*`)) });
  const old = lists.get(key) ?? none();
  const now = { ...old, count: old.count + Math.sign(own), buckets: old.buckets + own };
  if (now.count === 0) lists.delete(key);
  else lists.set(key, now);
}

function sizeOf({ whole, objects, keys, lists }: Omit<PolicySize, 'size'>, options: GrantOptions): number {
  const length = (statement: Statement) => jsonLength(withEnd(statement, options.accessUntil));
  // Without number and entries.
  const list = length(listStatement('', { buckets: [], prefixes: [] }));
  const statements = [
    ...(whole > 0 ? [length(bucketStatement([], options)) + whole - 1] : []),
    ...(objects > 0 ? [length(objectStatement([], options)) + objects - 1] : []),
    ...[...lists.values()].map(
      ({ buckets, prefixes }, at) => list + String(at + 1).length + buckets - 1 + prefixes - 1,
    ),
    ...(keys.length > 0 ? [length(kmsStatement(keys, options))] : []),
  ];
  const commas = Math.max(0, statements.length - 1);
  return noGrants.size + commas + statements.reduce((sum, one) => sum + one, 0);
}

/** Characters of one entry of a list, its comma included. */
function entryLength(text: string): number {
  return textLength(JSON.stringify(text)) + 1;
}

/** Characters that all policies together need at the least: each bucket's and prefix's own ARNs, and each prefix once in some list. */
export function leastLength(locations: readonly BucketLocation[], options: GrantOptions): number {
  const prefixes = new Set(locations.flatMap(({ prefix }) => (prefix === undefined ? [] : `${prefix}*`)));
  return arnsLength(locations, options) + lengthOf(prefixes);
}

/** Characters of the ARNs of locations: one for each, and one for each bucket. */
export function arnsLength(locations: readonly BucketLocation[], options: GrantOptions): number {
  const buckets = new Set(locations.map(({ bucket }) => bucketArn(bucket, options)));
  return lengthOf(locations.map((location) => objectArn(location, options))) + lengthOf(buckets);
}

function lengthOf(entries: Iterable<string>): number {
  return [...entries].reduce((sum, entry) => sum + entryLength(entry), 0);
}
