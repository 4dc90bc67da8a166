import { groupBy } from '../base/group-by.ts';
import { UserError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { objectArn } from '../config/arn.ts';
import { publicDatasetsBucket, spellLocation, type BucketLocation } from '../config/bucket-location.ts';
import { accessPolicy, type GrantOptions } from './access-policy.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import { jsonLength, type PolicyDocument } from './policy-document.ts';
import { arnsLength, leastLength } from './policy-size.ts';

/** Characters of a managed policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const policySizeLimit = 6144;

interface PackingProps extends GrantOptions {
  readonly buckets: readonly BucketLocation[];
  readonly kmsKeyArns: readonly string[];
  readonly includePublicDatasets: boolean;
  /** What our policies hold now, by number: what they hold stays where it is. */
  readonly live: ReadonlyMap<number, PolicyDocument>;
  /** Numbers whose names belong to policies of others. */
  readonly taken: ReadonlySet<number>;
}

/** One policy of the pack. */
export interface PackedPolicy {
  readonly number: number;
  readonly document: PolicyDocument;
}

/** One thing that a policy can grant by itself: a bucket or prefix, or a KMS key by its ARN. */
type Grant = BucketLocation | string;

interface OpenPolicy {
  readonly number: number;
  grants: readonly Grant[];
  /** Characters. */
  size: number;
}

/** Packs grants into as few policies of 6,144 characters as first fit by size finds, and each in the config's order. */
export function packPolicies(props: PackingProps): PackedPolicy[] {
  // Public datasets come last in the first policy; their bucket exists in partition `aws` alone.
  const always: Grant[] =
    props.includePublicDatasets && props.partition === 'aws' ? [{ bucket: publicDatasetsBucket }] : [];
  const numbers = assign(props, always);
  const grants = [...props.buckets, ...always, ...props.kmsKeyArns];
  const byNumber = groupBy(grants, (grant) => numbers.get(grant) ?? 1);
  return [...byNumber]
    .sort(([a], [b]) => a - b)
    .map(([number, own]) => ({ number, document: documentOf(own, props) }));
}

/** How many policies are needed at the least, told without packing. */
export function leastPolicies(buckets: readonly BucketLocation[], options: GrantOptions): number {
  return Math.ceil(leastLength(buckets, options) / policySizeLimit);
}

/** The number of the policy that each grant goes to; the first policy holds `always` as well. */
function assign(props: PackingProps, always: readonly Grant[]): Map<Grant, number> {
  const pack = openPack(props, always);
  // What a live policy holds stays in it: adding or dropping one bucket changes at most one policy.
  const byPolicy = groupBy([...props.kmsKeyArns, ...props.buckets], currentPolicyOf(props));
  const unplaced = byPolicy.get(undefined) ?? [];
  for (const [number, own] of byPolicy) {
    if (number === undefined) continue;
    const policy = pack.at(number);
    // All together or one by one: buckets that share a statement can need less than a part of them.
    if (!pack.place(own, policy)) unplaced.push(...own.filter((grant) => !pack.place([grant], policy)));
  }
  for (const ofBucket of byDecreasingSize(unplaced))
    if (!pack.placeFirstFit(ofBucket))
      for (const grant of ofBucket) if (!pack.placeFirstFit([grant])) throw tooLong(grant);
  return new Map(pack.policies.flatMap(({ number, grants }) => grants.map((grant) => [grant, number])));
}

function openPack(options: PackingProps, always: readonly Grant[]) {
  const policies: OpenPolicy[] = [];
  const sizeOf = (grants: readonly Grant[]) => jsonLength(documentOf(grants, options));

  function open(number: number): OpenPolicy {
    const grants = number === 1 ? always : [];
    const policy = { number, grants, size: sizeOf(grants) };
    policies.push(policy);
    policies.sort((a, b) => a.number - b.number);
    return policy;
  }

  function openNext(): OpenPolicy {
    const used = new Set([...options.taken, ...policies.map(({ number }) => number)]);
    let number = 1;
    while (used.has(number)) number += 1;
    return open(number);
  }

  // What a document with one statement has beside the entries.
  const nameless = [{ bucket: '' }];
  const frame = sizeOf(nameless) - arnsLength(nameless, options);

  /** Adds the grants, which need `own` characters alone, if the policy has room for all of them, and says whether it had. */
  function place(added: readonly Grant[], policy: OpenPolicy, own = sizeOf(added)): boolean {
    // Spares measuring most policies that are full.
    const least = haveInCommon(added, policy.grants) ? lengthOf(added) : own - frame;
    if (policy.size + least > policySizeLimit) return false;
    const grants = [...policy.grants, ...added];
    const size = sizeOf(grants);
    if (size > policySizeLimit) return false;
    Object.assign(policy, { grants, size });
    return true;
  }

  /** Adds the grants to the first policy with room for all of them; false when even a new one has not enough. */
  function placeFirstFit(grants: readonly Grant[]): boolean {
    const own = sizeOf(grants);
    if (policies.some((policy) => place(grants, policy, own))) return true;
    if (own > policySizeLimit) return false;
    // The first policy has less room than others when it holds something already.
    return place(grants, openNext()) || place(grants, openNext());
  }

  return {
    policies,
    at: (number: number) => policies.find((one) => one.number === number) ?? open(number),
    place,
    placeFirstFit,
  };
}

function documentOf(grants: readonly Grant[], options: GrantOptions): PolicyDocument {
  const locations = grants.filter((grant) => typeof grant !== 'string');
  const kmsKeyArns = grants.filter((grant) => typeof grant === 'string');
  return accessPolicy({ locations, kmsKeyArns }, options);
}

/** Whether grants can share a statement of their own: a bucket, the list of a prefix, or all keys. */
function haveInCommon(added: readonly Grant[], held: readonly Grant[]): boolean {
  return added.some(
    (one) =>
      typeof one === 'string' ||
      held.some(
        (other) =>
          typeof other !== 'string' &&
          (other.bucket === one.bucket || (one.prefix !== undefined && other.prefix === one.prefix)),
      ),
  );
}

function tooLong(grant: Grant): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `${quote(keyOf(grant))} alone needs more than the ${policySizeLimit} characters that a managed policy can have.`,
    remedy: 'Grant a shorter prefix.',
  });
}

/** The policy that grants this now, or that grants something of the same bucket. */
function currentPolicyOf(props: PackingProps): (grant: Grant) => number | undefined {
  const numbers = new Map<string, number>();
  for (const [number, document] of props.live)
    for (const resource of statementsOf(document).flatMap(({ Resource }) => listOf(Resource))) {
      const bucket = /^arn:[a-z-]+:s3:::([^/]+)\/.*\*$/s.exec(resource)?.[1];
      for (const name of [resource, bucket ?? []].flat()) if (!numbers.has(name)) numbers.set(name, number);
    }
  return (grant) =>
    typeof grant === 'string'
      ? numbers.get(grant)
      : (numbers.get(objectArn(grant, props)) ?? numbers.get(grant.bucket));
}

/** KMS keys first; then each bucket with all its prefixes, those that need most first; else in the config's order. */
function byDecreasingSize(grants: readonly Grant[]): Grant[][] {
  const keys = grants.filter((grant) => typeof grant === 'string').map((arn) => [arn]);
  const locations = grants.filter((grant) => typeof grant !== 'string');
  const buckets = [...groupBy(locations, ({ bucket }) => bucket).values()];
  return [...keys, ...buckets.sort((a, b) => lengthOf(b) - lengthOf(a))];
}

function lengthOf(grants: readonly Grant[]): number {
  return grants.reduce((sum, grant) => sum + keyOf(grant).length, 0);
}

function keyOf(grant: Grant): string {
  return typeof grant === 'string' ? grant : spellLocation(grant);
}
