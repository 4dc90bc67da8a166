import { approvals, type ApprovalProps, type Merge } from './approval.ts';
import type { Fact } from './fact.ts';
import type { Observed } from '../access/observed.ts';

/** Which side moved since the last apply; `either` where the config changed and no comment showed what that does. */
export type Side = 'AWS' | 'config' | 'either';

/** What a plan finds on a branch to which nobody is about to bring a change. */
export interface Drift {
  /** Approved on a pull request that was merged in the last 7 days, and not applied yet: not drift. */
  readonly waiting: readonly Fact[];
  readonly drifted: readonly (Fact & { readonly side: Side })[];
  /** Who changed it in AWS, a sentence each. @default this run cannot read that */
  readonly changedBy?: readonly string[];
}

/** Milliseconds that what is approved may wait for its apply. */
const PATIENCE = 7 * 24 * 60 * 60 * 1000;

interface DriftProps extends ApprovalProps {
  readonly facts: readonly Fact[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Tells what waits for its apply from drift, and which side drifted. */
export function driftOf({ facts, now, ...props }: DriftProps): Drift {
  const { marks, merges, digest } = props;
  const isRecent = ({ pullRequest }: Merge) => now - Date.parse(pullRequest?.mergedAt ?? '') <= PATIENCE;
  // An older merge approves nothing, and still says what the config said.
  const recent = merges.map((merge) => (isRecent(merge) ? merge : { commit: merge.commit }));
  const waits = approvals({ ...props, merges: recent });
  const shown = new Set(merges.flatMap((merge) => merge.shown?.facts ?? []));
  const isWhole = merges.some((merge) => merge.shown?.digest === digest);
  const isUntold = merges.some((merge) => merge.shown?.facts === undefined);
  const sideOf = ({ key }: Fact): Side => {
    if (isWhole || shown.has(marks.get(key) ?? 'unmarked')) return 'config';
    return isUntold ? 'either' : 'AWS';
  };
  return {
    waiting: facts.filter(waits),
    drifted: facts.filter((fact) => !waits(fact)).map((fact) => ({ ...fact, side: sideOf(fact) })),
  };
}

/** Whether there is more than what waits for its apply. */
export function isDrift({ drifted }: Drift): boolean {
  return drifted.length > 0;
}

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
