import type { AccessConfig } from '../config/access-config.ts';
import { isOurDocument } from '../iam/access-policy.ts';
import { policyNumberOf } from './policy-names.ts';
import type { AttachedPolicy, Observed, ObservedPolicy } from './observed.ts';

/** More policies than a role can hold: no policy of the pack has a higher number, unless somebody gave it one. */
const MOST_NUMBERED = 99;

/** A live policy of Kolena's access, with its place in the pack. */
export interface OurPolicy extends ObservedPolicy {
  readonly number: number;
}

/** What stands in AWS under the names of our policies, and what else the role holds. */
export interface LivePolicies {
  /** By number. */
  readonly ours: readonly OurPolicy[];
  /** Numbers whose names somebody uses for another policy. */
  readonly taken: ReadonlySet<number>;
  /** On the role under former names; their numbers follow those of the others. */
  readonly former: readonly OurPolicy[];
  /** Managed policies on the role that are others'. */
  readonly foreign: readonly AttachedPolicy[];
}

/**
 * Tells Kolena's policies from others. The one that bears `policy-name` itself is Kolena's by the config's word; a numbered
 * one is only if its Sids are, since another policy may happen to be named so.
 */
export function livePolicies(config: AccessConfig, { policies, role }: Observed): LivePolicies {
  const numbered = policies.flatMap((policy): OurPolicy[] => {
    const number = policyNumberOf(config.policyName, policy.name);
    return number === undefined ? [] : [{ ...policy, number }];
  });
  const isOurs = (policy: OurPolicy) => policy.number === 1 || isOurDocument(policy.document);
  const ours = numbered.filter(isOurs).sort((a, b) => a.number - b.number);
  const next = Math.max(MOST_NUMBERED, ...numbered.map((policy) => policy.number)) + 1;
  const former = policies
    .filter(
      (policy) =>
        policyNumberOf(config.policyName, policy.name) === undefined &&
        isOursAlone(policy) &&
        !config.otherPolicyArns.includes(policy.arn),
    )
    .map((policy, at) => ({ ...policy, number: next + at }));
  const ourArns = new Set([...ours, ...former].map(({ arn }) => arn));
  return {
    ours,
    taken: new Set(numbered.filter((policy) => !isOurs(policy)).map(({ number }) => number)),
    former,
    foreign: role?.attachedPolicies.filter(({ arn }) => !ourArns.has(arn)) ?? [],
  };
}

/** Whether a policy is of our making and serves Kolena's role alone, so that it goes when the config grants nothing by it. */
export function isOursAlone({ attached, usedElsewhere, document }: ObservedPolicy): boolean {
  return attached && usedElsewhere === 0 && isOurDocument(document);
}
