import type { Observed } from '../access/observed.ts';
import type { Fact } from './fact.ts';

/** A resource as CloudTrail names it in the events of its changes. */
export interface TrailResource {
  readonly name: string;
  /** @default IAM's own, in which all of its events are */
  readonly region?: string;
}

/** More are not looked up: CloudTrail takes two calls a second. */
const MOST_RESOURCES = 10;

/** What these facts are about and exists in AWS: the bucket of a CORS rule, else the role, and the policies of a grant. */
export function trailResources(
  facts: readonly Fact[],
  { role, policies, buckets }: Observed,
): TrailResource[] {
  const isGrant = facts.some(({ kind }) => kind === 'grant' || kind === 'policy' || kind === 'attachment');
  const ofIam = facts.some(({ kind }) => kind !== 'cors rule') ? (role?.name ?? []) : [];
  const ofBuckets = new Set(facts.flatMap(({ kind, subject }) => (kind === 'cors rule' ? subject : [])));
  const all = [
    ...[ofIam, isGrant ? policies.map(({ arn }) => arn) : []].flat().map((name) => ({ name })),
    ...[...ofBuckets].flatMap((name) => {
      const region = buckets[name]?.region;
      return region === undefined ? [] : [{ name, region }];
    }),
  ];
  return all.slice(0, MOST_RESOURCES);
}
