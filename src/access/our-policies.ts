import type { AccessConfig } from '../config/access-config.ts';
import { isOurDocument } from '../iam/access-policy.ts';
import type { AttachedPolicy, Observed, ObservedPolicy } from './observed.ts';

/** A live policy of ours, with its place in the pack. */
export interface OurPolicy extends ObservedPolicy {
  readonly number: number;
}

/** What stands in AWS under the names of our policies, and what else the role holds. */
export interface LivePolicies {
  /** By number. */
  readonly ours: readonly OurPolicy[];
  /** Numbers whose names somebody uses for another policy. */
  readonly taken: ReadonlySet<number>;
  /** Managed policies on the role that are not ours. */
  readonly foreign: readonly AttachedPolicy[];
}

/** The name of the policy with this number: `policy-name`, `policy-name-2`, … */
export function policyNameOf({ policyName }: AccessConfig, number: number): string {
  return number === 1 ? policyName : `${policyName}-${number}`;
}

/**
 * Tells our policies from others. The one that bears `policy-name` itself is ours by the config's word; a numbered
 * one is only if its Sids are, since another policy may happen to be named so.
 */
export function livePolicies(config: AccessConfig, { policies, role }: Observed): LivePolicies {
  const numbered = policies.flatMap((policy): OurPolicy[] => {
    const number = numberOf(config, policy.name);
    return number === undefined ? [] : [{ ...policy, number }];
  });
  const isOurs = (policy: OurPolicy) => policy.number === 1 || isOurDocument(policy.document);
  const ours = numbered.filter(isOurs).sort((a, b) => a.number - b.number);
  const ourArns = new Set(ours.map(({ arn }) => arn));
  return {
    ours,
    taken: new Set(numbered.filter((policy) => !isOurs(policy)).map(({ number }) => number)),
    foreign: role?.attachedPolicies.filter(({ arn }) => !ourArns.has(arn)) ?? [],
  };
}

function numberOf({ policyName }: AccessConfig, name: string): number | undefined {
  if (name === policyName) return 1;
  const suffix = name.startsWith(`${policyName}-`) ? name.slice(policyName.length + 1) : '';
  return /^(?:[2-9]|[1-9]\d{1,2})$/.test(suffix) ? Number(suffix) : undefined;
}
