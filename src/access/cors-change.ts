import { isSameRule } from '../cors/difference.ts';
import { haveSameEffect, splitRules } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { DesiredAccess, DesiredCors } from './desired-access.ts';
import type { Observed } from './observed.ts';

/** What happens to a bucket's CORS rules. */
export interface CorsChange {
  /** Kolena's rule; `marked`: an equal rule gets Kolena's ID, which changes nothing for a browser. */
  readonly kolena: 'added' | 'changed' | 'marked' | 'removed' | 'kept' | 'none';
  readonly othersKept: number;
  readonly othersLost: number;
}

/** The changes of CORS rules by bucket, from what S3 has and what is decided. */
export function corsChanges(observed: Observed, desired: DesiredAccess): (bucket: string) => CorsChange {
  const removals = new Map(desired.removals.cors.map((one) => [one.bucket, one]));
  const wanted = new Map(desired.cors.map((one) => [one.bucket, one]));
  return (bucket) => {
    const removed = removals.get(bucket)?.rules;
    const live = observed.buckets[bucket]?.corsRules ?? [];
    if (removed === undefined) return writtenChange(live, wanted.get(bucket));
    const kolena = removed.kolena === undefined ? 'none' : 'removed';
    return { kolena, othersKept: removed.others.length, othersLost: 0 };
  };
}

function writtenChange(live: readonly CorsRule[], wanted: DesiredCors | undefined): CorsChange {
  const kolena = wanted?.rules.kolena;
  if (wanted === undefined || kolena === undefined)
    return { kolena: 'none', othersKept: live.length, othersLost: 0 };
  const before = splitRules(live, kolena);
  const othersKept = wanted.rules.others.length;
  const othersLost = wanted.replacesOthers ? Math.max(0, before.others.length - othersKept) : 0;
  return { kolena: kolenaRuleChange(before.kolena, kolena), othersKept, othersLost };
}

function kolenaRuleChange(live: CorsRule | undefined, wanted: CorsRule): CorsChange['kolena'] {
  if (live === undefined) return 'added';
  if (isSameRule(live, wanted)) return 'kept';
  if (!haveSameEffect(live, wanted)) return 'changed';
  return live.ID === wanted.ID ? 'kept' : 'marked';
}
