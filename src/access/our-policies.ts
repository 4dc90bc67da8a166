import type { AccessConfig } from '../config/access-config.ts';
import { isOurDocument } from '../iam/access-policy.ts';
import type { AttachedPolicy, Observed, ObservedPolicy, ObservedRole } from './observed.ts';

/** More policies than a role can hold: no policy of the pack has a higher number, unless somebody gave it one. */
const MOST_NUMBERED = 99;

/** A live policy of Kolena's access, with its place in the pack. */
export interface OurPolicy extends ObservedPolicy {
  readonly number: number;
}

/** What stands in AWS under the names of our policies, sorted by number, and what else the role holds. */
export interface LivePolicies {
  readonly ours: readonly OurPolicy[];
  /** Numbers whose names somebody uses for another policy. */
  readonly taken: ReadonlySet<number>;
  /** Under names that the config gave before, on the role or a former one; their numbers follow those of the others. */
  readonly former: readonly OurPolicy[];
  /** Managed policies on the role that are others'. */
  readonly foreign: readonly AttachedPolicy[];
}

/** Tells Kolena's policies from others: `policy-name` itself is Kolena's by the config's word, a numbered one by its Sids. */
export function livePolicies(config: AccessConfig, observed: Observed): LivePolicies {
  const { policies, role } = observed;
  const numbered = policies.flatMap((policy): OurPolicy[] => {
    const number = policyNumberOf(config.policyName, policy.name);
    return number === undefined ? [] : [{ ...policy, number }];
  });
  const isOurs = (policy: OurPolicy) => policy.number === 1 || isOurDocument(policy.document);
  const ours = numbered.filter(isOurs).sort((a, b) => a.number - b.number);
  const next = Math.max(MOST_NUMBERED, ...numbered.map((policy) => policy.number)) + 1;
  const others = policies.filter(({ name }) => policyNumberOf(config.policyName, name) === undefined);
  // Of our making, and serving Kolena's role alone: it goes when the config grants nothing by it.
  const renamed = others.filter(
    ({ name, arn, attached, usedElsewhere, document }) =>
      isFormerName(observed, name) &&
      attached &&
      usedElsewhere === 0 &&
      isOurDocument(document) &&
      !config.otherPolicyArns.includes(arn),
  );
  const gone = [...renamed, ...policiesOfFormerRoles(observed)];
  const former = gone.map((policy, at) => ({ ...policy, number: next + at }));
  const ourArns = new Set([...ours, ...former].map(({ arn }) => arn));
  return {
    ours,
    taken: new Set(numbered.filter((policy) => !isOurs(policy)).map(({ number }) => number)),
    former,
    foreign: role?.attachedPolicies.filter(({ arn }) => !ourArns.has(arn)) ?? [],
  };
}

/** The name of the policy with this number: `policy-name` itself, then `policy-name-2`, … */
export function policyNameOf(policyName: string, number: number): string {
  return number === 1 ? policyName : `${policyName}-${number}`;
}

/** A policy's number, 1 to 999; undefined for other names. @example policyNumberOf('Kolena', 'kolena-2') // 2 */
export function policyNumberOf(policyName: string, name: string): number | undefined {
  // IAM ignores the case of names: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
  const [ours, given] = [policyName.toLowerCase(), name.toLowerCase()];
  if (given === ours) return 1;
  const suffix = given.startsWith(`${ours}-`) ? given.slice(ours.length + 1) : '';
  return /^(?:[2-9]|[1-9]\d{1,2})$/.test(suffix) ? Number(suffix) : undefined;
}

/** Roles that the config named before and that still trust Kolena. */
export function formerRoles(former: Observed['former'] = []): ObservedRole[] {
  return former.flatMap(({ role }) => role ?? []);
}

function isFormerName({ former = [] }: Pick<Observed, 'former'>, name: string): boolean {
  return former.some(({ names }) => policyNumberOf(names.policyName, name) !== undefined);
}

/** The policies that go with them: those of former names that serve nobody else and are not today's. */
function policiesOfFormerRoles(observed: Observed): ObservedPolicy[] {
  const todays = new Set(observed.policies.map(({ arn }) => arn));
  return (observed.former ?? [])
    .flatMap(({ policies }) => policies)
    .filter(
      ({ arn, name, usedElsewhere }) =>
        usedElsewhere === 0 && !todays.has(arn) && isFormerName(observed, name),
    )
    .map((policy) => ({ ...policy, attached: false }));
}
