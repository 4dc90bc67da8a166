import { UserError } from '../base/errors.ts';
import type { BucketLocation } from '../config/access-config.ts';
import { accessPolicy, type GrantOptions } from './access-policy.ts';
import { spellLocation } from '../config/bucket-location.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import { publicDatasetsBucket } from './granted-buckets.ts';
import { groupBy } from '../base/group-by.ts';
import type { PolicyDocument } from './policy-document.ts';
import { keyOf, openPolicies, type OpenPolicy } from './open-policies.ts';
import { policySizeLimit, type Grant } from './policy-size.ts';
import { quote } from '../base/quote.ts';

interface PackingProps extends GrantOptions {
  readonly buckets: readonly BucketLocation[];
  readonly kmsKeyArns: readonly string[];
  readonly includePublicDatasets: boolean;
  /** What our policies hold now, by number: what they hold stays where it is. */
  readonly live: ReadonlyMap<number, PolicyDocument>;
  /** Numbers whose names belong to policies that are not ours. */
  readonly taken: ReadonlySet<number>;
}

/** One policy of the pack. */
export interface PackedPolicy {
  readonly number: number;
  readonly document: PolicyDocument;
}

/**
 * Packs the grants into as few policies of 6,144 characters as first-fit by decreasing size finds, by number.
 *
 * What a live policy holds stays in it, so that adding or dropping one bucket changes at most one policy. Inside a
 * policy the config's order holds; Kolena's public datasets stand last in the first policy.
 */
export function packPolicies(props: PackingProps): PackedPolicy[] {
  // The bucket of public datasets exists in partition `aws` alone.
  const grantsPublic = props.includePublicDatasets && props.partition === 'aws';
  const policyOf = assign(props, grantsPublic ? [{ bucket: publicDatasetsBucket }] : []);
  const grants = groupBy([...props.buckets, ...props.kmsKeyArns], (grant) => policyOf.get(grant) ?? 1);
  const numbers = new Set([...(grantsPublic ? [1] : []), ...grants.keys()]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const own = grants.get(number) ?? [];
      const locations = own.filter((grant) => typeof grant !== 'string');
      if (number === 1 && grantsPublic) locations.push({ bucket: publicDatasetsBucket });
      return {
        number,
        document: accessPolicy(
          { locations, kmsKeyArns: own.filter((grant) => typeof grant === 'string') },
          props,
        ),
      };
    });
}

/** Which policy each grant goes to. */
function assign(props: PackingProps, firstGrants: readonly Grant[]): Map<Grant, number> {
  const policies = openPolicies({ options: props, taken: props.taken, firstGrants });
  const assigned = new Map<Grant, number>();
  const place = (grants: readonly Grant[], { number, size, held }: OpenPolicy) => {
    for (const grant of grants) {
      size.add(grant);
      held.push(grant);
      assigned.set(grant, number);
    }
  };
  const byHome = groupBy([...props.kmsKeyArns, ...props.buckets], homes(props.live));
  const homeless = byHome.get(undefined) ?? [];
  for (const [number, own] of byHome) {
    if (number === undefined) continue;
    const policy = policies.at(number);
    // All together or one by one: buckets that share a statement can need less than a part of them.
    for (const grants of policies.fit(own, policy) ? [own] : own.map((grant) => [grant]))
      if (policies.fit(grants, policy)) place(grants, policy);
      else homeless.push(...grants);
  }
  for (const ofBucket of byDecreasingSize(homeless)) {
    const whole = policies.firstFit(ofBucket);
    if (whole) place(ofBucket, whole);
    else for (const grant of ofBucket) place([grant], policies.firstFit([grant]) ?? refuse(grant));
  }
  return assigned;
}

function refuse(grant: Grant): never {
  throw new UserError({
    reason: 'invalid-input',
    message: `${quote(keyOf(grant))} alone needs more than the ${policySizeLimit} characters that a managed policy can have.`,
    remedy: 'Grant a shorter prefix.',
  });
}

/** Where the live policies hold a grant; else where they hold something of the same bucket. */
function homes(live: ReadonlyMap<number, PolicyDocument>): (grant: Grant) => number | undefined {
  const numbers = new Map<string, number>();
  for (const [number, document] of live)
    for (const resource of statementsOf(document).flatMap(({ Resource }) => listOf(Resource))) {
      const [, bucket, prefix = ''] = /^arn:[a-z-]+:s3:::([^/]+)\/(.*)\*$/s.exec(resource) ?? [];
      const keys =
        bucket === undefined
          ? [resource]
          : [spellLocation({ bucket, ...(prefix !== '' && { prefix }) }), `bucket ${bucket}`];
      for (const key of keys) if (!numbers.has(key)) numbers.set(key, number);
    }
  return (grant) =>
    numbers.get(keyOf(grant)) ??
    (typeof grant === 'string' ? undefined : numbers.get(`bucket ${grant.bucket}`));
}

/** KMS keys first; then each bucket with all its prefixes, those that need most first; else in the config's order. */
function byDecreasingSize(grants: readonly Grant[]): Grant[][] {
  const keys = grants.filter((grant) => typeof grant === 'string').map((arn) => [arn]);
  const locations = grants.filter((grant) => typeof grant !== 'string');
  const weighed = [...groupBy(locations, ({ bucket }) => bucket).values()].map((own) => ({
    own,
    weight: own.reduce((sum, grant) => sum + keyOf(grant).length, 0),
  }));
  return [...keys, ...weighed.sort((a, b) => b.weight - a.weight).map(({ own }) => own)];
}
