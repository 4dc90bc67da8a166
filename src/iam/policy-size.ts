import type { BucketLocation } from '../config/access-config.ts';
import * as statements from './access-policy.ts';
import type { GrantOptions } from './access-policy.ts';

/** Characters of a managed policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const policySizeLimit = 6144;

/** One thing that a policy can grant by itself: a bucket or prefix, or a KMS key by its ARN. */
export type Grant = BucketLocation | string;

/** Keeps the size of a growing policy without building its document. */
export interface PolicySize {
  /** Characters of the document's JSON, white space between its elements not counted. */
  readonly current: number;
  /** Characters that a grant would add; adding a grant twice is the caller's mistake. */
  costOf(grant: Grant): number;
  add(grant: Grant): void;
}

/**
 * Characters of a value's JSON as the AWS provider sends it: Go writes `<`, `>` and `&` as escapes of six characters.
 */
export function jsonLength(value: unknown): number {
  const text = JSON.stringify(value);
  return text.length + 5 * (text.match(/[<>&]/g)?.length ?? 0);
}

/** The size of a policy that grants nothing yet. */
export function emptyPolicySize(options: GrantOptions): PolicySize {
  const frames = framesOf(options);
  const prefixLists = prefixListSize(frames.list, options);
  const services = new Set<string>();
  let [buckets, objects, keys] = [0, 0, 0];
  // Every statement is counted with a comma behind it, and the last one has none.
  let current = jsonLength({ Version: '2012-10-17', Statement: [] }) - 1;

  function costOf(grant: Grant): number {
    if (typeof grant === 'string') {
      const added = statements.viaServices(grant, options).filter((service) => !services.has(service));
      return (keys === 0 ? frames.kms : 0) + added.reduce((sum, service) => sum + item(service), item(grant));
    }
    const object = item(statements.objectArn(grant, options));
    if (grant.prefix === undefined)
      return (buckets === 0 ? frames.bucket : 0) + object + item(statements.bucketArn(grant.bucket, options));
    return (objects === 0 ? frames.object : 0) + object + prefixLists.costOf(grant.bucket, grant.prefix);
  }

  function add(grant: Grant): void {
    current += costOf(grant);
    if (typeof grant === 'string') {
      keys += 1;
      for (const service of statements.viaServices(grant, options)) services.add(service);
    } else if (grant.prefix === undefined) buckets += 1;
    else {
      objects += 1;
      prefixLists.add(grant.bucket, grant.prefix);
    }
  }

  return {
    get current() {
      return current;
    },
    costOf,
    add,
  };
}

/** A string in a list, with a comma behind it. */
function item(text: string): number {
  return jsonLength(text) + 1;
}

/** Statements without the strings in their lists: a comma behind the statement, none behind a list's last string. */
function framesOf(options: GrantOptions) {
  return {
    bucket: jsonLength(statements.bucketStatement([], options)),
    object: jsonLength(statements.objectStatement([], options)),
    list: jsonLength(statements.listStatement('', { buckets: [], prefixes: [] })) - 1,
    kms: jsonLength(statements.kmsStatement([], [])) - 1,
  };
}

/** The ListBucket statements of a policy: buckets with the same prefixes share one, and each one's Sid has a number. */
function prefixListSize(frame: number, options: GrantOptions) {
  const prefixesOf = new Map<string, readonly string[]>();
  const sharers = new Map<string, number>();

  function change(bucket: string, prefix: string) {
    const before = prefixesOf.get(bucket) ?? [];
    const after = [...before, prefix];
    return {
      before,
      after,
      beforeKey: statements.prefixListKey(before),
      afterKey: statements.prefixListKey(after),
    };
  }

  function costOf(bucket: string, prefix: string): number {
    const { before, after, beforeKey, afterKey } = change(bucket, prefix);
    const leaves = before.length > 0 && sharers.get(beforeKey) === 1;
    const opens = !sharers.has(afterKey);
    const bucketCost = before.length > 0 ? 0 : item(statements.bucketArn(bucket, options));
    const numbers = sidDigits(sharers.size - Number(leaves) + Number(opens)) - sidDigits(sharers.size);
    return bucketCost + numbers + (opens ? statementCost(after) : 0) - (leaves ? statementCost(before) : 0);
  }

  function statementCost(prefixes: readonly string[]): number {
    return prefixes.reduce((sum, prefix) => sum + item(`${prefix}*`), frame);
  }

  function add(bucket: string, prefix: string): void {
    const { after, beforeKey, afterKey } = change(bucket, prefix);
    const left = (sharers.get(beforeKey) ?? 0) - 1;
    if (left > 0) sharers.set(beforeKey, left);
    else sharers.delete(beforeKey);
    sharers.set(afterKey, (sharers.get(afterKey) ?? 0) + 1);
    prefixesOf.set(bucket, after);
  }

  return { costOf, add };
}

/** Digits of the numbers 1 to `count`; a policy has no room for a hundred statements. */
function sidDigits(count: number): number {
  return count + Math.max(0, count - 9);
}
