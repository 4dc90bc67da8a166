import { normalizeStatements } from '../iam/compare-policy.ts';
import { publicDatasetsBucket } from '../config/bucket-location.ts';
import { grantedBuckets } from '../iam/granted-buckets.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { defined } from '../base/defined.ts';
import { corsAddress, resourceKinds } from '../plan/resources.ts';
import type { Report } from './report.ts';

/**
 * What a run does to Kolena's access to a bucket. `adopted`: it is as it should be and is imported into Terraform's state;
 * `planned`: AWS was not observed, so nothing is known.
 */
export type BucketChange = 'new' | 'changed' | 'removed' | 'adopted' | 'unchanged' | 'planned';

/** One bucket of the grant. */
export interface BucketState {
  readonly bucket: string;
  readonly change: BucketChange;
  /** Prefixes that may be read; none means the whole bucket. */
  readonly prefixes: readonly string[];
  /** Names of the policies that grant it now or will. */
  readonly policies: readonly string[];
  readonly region?: string;
  /** What happens to its CORS rules; absent when nothing does. */
  readonly cors?: 'added' | 'changed' | 'removed' | 'adopted';
}

interface NamedDocument {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** The configured buckets in the config's order, then those that lose the access. */
export function bucketStates(report: Report): BucketState[] {
  const { config, desired, observed } = report;
  if (desired === undefined) return [];
  const after = grantsOf(desired.policies);
  const before = grantsOf((observed?.policies ?? []).filter(({ attached }) => attached));
  const configured = (config?.buckets ?? [])
    .map(({ bucket }) => bucket)
    .filter((bucket) => after.has(bucket));
  const cors = corsStates(report);
  const adopted = adoptedPolicies(report);
  const prefixes = prefixesByBucket(report);
  return [...new Set([...configured, ...after.keys(), ...before.keys()])].map((bucket) => {
    const was = observed?.role === undefined ? undefined : before.get(bucket);
    const grant = after.get(bucket);
    const region = observed?.buckets[bucket]?.region;
    const corsState = cors.get(bucket);
    const change = changeIn(report, changeOf(was, grant, corsState));
    const policies = (grant ?? before.get(bucket))?.policies ?? [];
    return {
      bucket,
      change: change === 'unchanged' && policies.some((name) => adopted.has(name)) ? 'adopted' : change,
      prefixes: (grant && prefixes.get(bucket)) ?? [],
      policies,
      ...defined({ region, cors: corsState }),
    };
  });
}

/** Without AWS nothing is known; `verify` changes nothing, and its checks show what is missing. */
function changeIn({ command, observed }: Report, change: BucketChange): BucketChange {
  if (observed?.caller === undefined) return 'planned';
  return command === 'verify' ? 'unchanged' : change;
}

/** What policy documents grant of one bucket. */
interface BucketGrant {
  /** Everything that the documents say of the bucket, as one comparable text. */
  readonly terms: Set<string>;
  readonly policies: string[];
}

function changeOf(
  before: BucketGrant | undefined,
  after: BucketGrant | undefined,
  cors: BucketState['cors'],
): BucketChange {
  if (after === undefined) return 'removed';
  if (before === undefined) return 'new';
  const same =
    before.terms.size === after.terms.size && [...after.terms].every((term) => before.terms.has(term));
  if (!same) return 'changed';
  return cors === undefined ? 'unchanged' : cors === 'adopted' ? 'adopted' : 'changed';
}

/** Names of the policies that an import brings into Terraform's state. */
function adoptedPolicies({ plan, backend }: Report): Set<unknown> {
  const imported =
    plan?.changes.filter(({ type, imported }) => type === resourceKinds.policy.type && imported && backend) ??
    [];
  return new Set(imported.map(({ before }) => before?.['name']));
}

function grantsOf(policies: readonly NamedDocument[]): Map<string, BucketGrant> {
  const grants = new Map<string, BucketGrant>();
  for (const { name, document } of policies)
    for (const statement of normalizeStatements(document)) {
      const conditions = JSON.stringify(statement.conditions);
      for (const resource of statement.resources) {
        const [bucket] = grantedBuckets([allowing(resource)]);
        if (bucket === undefined || bucket === publicDatasetsBucket) continue;
        const grant = grants.get(bucket) ?? { terms: new Set(), policies: [] };
        grants.set(bucket, grant);
        for (const action of statement.actions)
          grant.terms.add([statement.effect, action.toLowerCase(), resource, conditions].join('\n'));
        if (!grant.policies.includes(name)) grant.policies.push(name);
      }
    }
  return grants;
}

function allowing(resource: string): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: resource }] };
}

/** By bucket; no prefix where the whole bucket is granted. */
function prefixesByBucket({ config }: Report): Map<string, string[]> {
  const whole = new Set(
    config?.buckets.filter(({ prefix }) => prefix === undefined).map(({ bucket }) => bucket),
  );
  const prefixes = new Map<string, string[]>();
  for (const { bucket, prefix } of config?.buckets ?? []) {
    if (prefix === undefined || whole.has(bucket)) continue;
    prefixes.set(bucket, [...(prefixes.get(bucket) ?? []), prefix]);
  }
  return prefixes;
}

function corsStates({ plan, desired, backend }: Report): Map<string, NonNullable<BucketState['cors']>> {
  const states = new Map<string, NonNullable<BucketState['cors']>>();
  const changes = new Map(plan?.changes.map((change) => [change.address, change]));
  for (const { bucket, exists } of desired?.cors ?? []) {
    const change = changes.get(corsAddress(bucket));
    if (change === undefined) continue;
    if (change.action === 'no-op') {
      if (change.imported && backend) states.set(bucket, 'adopted');
    } else states.set(bucket, exists ? 'changed' : 'added');
  }
  for (const { bucket, rules } of desired?.removals.cors ?? [])
    if (rules.kolena !== undefined) states.set(bucket, 'removed');
  return states;
}
