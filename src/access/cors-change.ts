import { isSameRule } from '../cors/difference.ts';
import { haveSameEffect, splitRules } from '../cors/rule-set.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { Observed } from './observed.ts';

/** What happens to a bucket's CORS rules. */
export interface CorsChange {
  /** Kolena's rule; `marked`: an equal rule gets Kolena's ID, which changes nothing for a browser. */
  readonly kolena: 'added' | 'changed' | 'marked' | 'removed' | 'kept' | 'none';
  readonly othersKept: number;
  readonly othersLost: number;
}

/** The change of one bucket's CORS rules, from what S3 has and what is decided. */
export function corsChange(
  bucket: string,
  { observed, desired }: { readonly observed: Observed; readonly desired: DesiredAccess },
): CorsChange {
  const live = observed.buckets[bucket]?.corsRules ?? [];
  const removal = desired.removals.cors.find((one) => one.bucket === bucket);
  if (removal !== undefined) {
    const { others, kolena } = removal.rules;
    return { kolena: kolena === undefined ? 'none' : 'removed', othersKept: others.length, othersLost: 0 };
  }
  const wanted = desired.cors.find((one) => one.bucket === bucket);
  const kolena = wanted?.rules.kolena;
  if (wanted === undefined || kolena === undefined)
    return { kolena: 'none', othersKept: live.length, othersLost: 0 };
  const before = splitRules(live, kolena);
  const kept = wanted.rules.others.length;
  return {
    kolena: kolenaRuleChange(before.kolena, kolena),
    othersKept: kept,
    othersLost: wanted.replacesOthers ? Math.max(0, before.others.length - kept) : 0,
  };
}

type Rule = NonNullable<ReturnType<typeof splitRules>['kolena']>;

function kolenaRuleChange(live: Rule | undefined, wanted: Rule): CorsChange['kolena'] {
  if (live === undefined) return 'added';
  if (isSameRule(live, wanted)) return 'kept';
  if (!haveSameEffect(live, wanted)) return 'changed';
  return live.ID === wanted.ID ? 'kept' : 'marked';
}
