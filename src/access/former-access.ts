import type { Observed, ObservedPolicy, ObservedRole } from './observed.ts';
import { policyNumberOf } from './policy-names.ts';

/** Roles that the config named before and that still trust Kolena. */
export function formerRoles(former: Observed['former'] = []): ObservedRole[] {
  return former.flatMap(({ role }) => role ?? []);
}

/** Whether the config gave a policy this name before. */
export function isFormerName({ former = [] }: Pick<Observed, 'former'>, name: string): boolean {
  return former.some(({ names }) => policyNumberOf(names.policyName, name) !== undefined);
}

/** The policies that go with them: those of former names that serve nobody else and are not today's. */
export function policiesOfFormerRoles(observed: Observed): ObservedPolicy[] {
  const todays = new Set(observed.policies.map(({ arn }) => arn));
  return (observed.former ?? [])
    .flatMap(({ policies }) => policies)
    .filter(
      ({ arn, name, usedElsewhere }) =>
        usedElsewhere === 0 && !todays.has(arn) && isFormerName(observed, name),
    )
    .map((policy) => ({ ...policy, attached: false }));
}
