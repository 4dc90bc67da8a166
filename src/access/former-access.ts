import type { Observed, ObservedPolicy, ObservedRole } from './observed.ts';

/** Roles that the config named before and that still trust Kolena. */
export function formerRoles({
  former = [],
}: {
  readonly former?: Observed['former'] | undefined;
}): ObservedRole[] {
  return former.flatMap(({ role }) => role ?? []);
}

/** The policies that go with them: those that serve nobody else and are not today's. */
export function policiesOfFormerRoles({ former = [], policies: todays }: Observed): ObservedPolicy[] {
  return former
    .flatMap(({ policies }) => policies)
    .filter((policy) => policy.usedElsewhere === 0 && !todays.some(({ arn }) => arn === policy.arn))
    .map((policy) => ({ ...policy, attached: false }));
}
