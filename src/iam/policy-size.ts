import { bucketArn, objectArn } from '../config/arn.ts';
import type { BucketLocation } from '../config/bucket-location.ts';
import type { GrantOptions } from './access-policy.ts';
import { textLength } from './policy-document.ts';

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

/** Characters of the entries of a list, each with its comma. */
function lengthOf(entries: Iterable<string>): number {
  return [...entries].reduce((sum, entry) => sum + textLength(JSON.stringify(entry)) + 1, 0);
}
