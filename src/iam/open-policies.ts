import type { GrantOptions } from './access-policy.ts';
import { spellLocation } from '../config/bucket-location.ts';
import { emptyPolicySize, policySizeLimit, type Grant, type PolicySize } from './policy-size.ts';

/** A policy that is being packed. */
export interface OpenPolicy {
  readonly number: number;
  readonly size: PolicySize;
  /** What it holds so far. */
  readonly held: Grant[];
}

interface OpenPoliciesProps {
  readonly options: GrantOptions;
  /** Numbers that are not to be used. */
  readonly taken: ReadonlySet<number>;
  /** What the first policy holds before all else. */
  readonly firstGrants: readonly Grant[];
}

/** Policies by number, opened as they are needed. */
export function openPolicies({ options, taken, firstGrants }: OpenPoliciesProps) {
  const open: OpenPolicy[] = [];
  const openAt = (number: number): OpenPolicy => {
    const held = number === 1 ? [...firstGrants] : [];
    const policy = { number, held, size: sizeOf(held) };
    open.push(policy);
    open.sort((a, b) => a.number - b.number);
    return policy;
  };
  const sizeOf = (grants: readonly Grant[]): PolicySize => {
    const size = emptyPolicySize(options);
    for (const grant of grants) size.add(grant);
    return size;
  };
  const freeNumber = (): number => {
    const used = new Set([...taken, ...open.map(({ number }) => number)]);
    let number = 1;
    while (used.has(number)) number += 1;
    return number;
  };
  const fit = (grants: readonly Grant[], { size, held }: OpenPolicy): boolean => {
    const room = policySizeLimit - size.current;
    // Each costs more than its name, which spares measuring most policies that are full.
    if (grants.reduce((sum, grant) => sum + keyOf(grant).length, 0) > room) return false;
    const [first, ...more] = grants;
    if (first !== undefined && more.length === 0) return size.costOf(first) <= room;
    return sizeOf([...held, ...grants]).current <= policySizeLimit;
  };
  return {
    fit,
    at: (number: number) => open.find((policy) => policy.number === number) ?? openAt(number),
    /** The first policy with room for all of them, a new one if need be; none when even that has not enough. */
    firstFit(grants: readonly Grant[]): OpenPolicy | undefined {
      const roomy = open.find((policy) => fit(grants, policy));
      if (roomy) return roomy;
      if (sizeOf(grants).current > policySizeLimit) return undefined;
      const opened = openAt(freeNumber());
      // The first policy has less room than others when it holds something already.
      return fit(grants, opened) ? opened : openAt(freeNumber());
    },
  };
}

/** A grant in its shortest spelling. */
export function keyOf(grant: Grant): string {
  return typeof grant === 'string' ? grant : spellLocation(grant);
}
