import type { CorsRule } from './rule.ts';

const fields = [
  'ID',
  'AllowedHeaders',
  'AllowedMethods',
  'AllowedOrigins',
  'ExposeHeaders',
  'MaxAgeSeconds',
] as const;

/**
 * The first difference of two lists of rules, in order and field by field, as a phrase; `undefined` when equal.
 * @example corsDifference([{ ...rule }], [{ ...rule, MaxAgeSeconds: 0 }]) // 'rule 1 has MaxAgeSeconds 0 instead of none'
 */
export function corsDifference(
  expected: readonly CorsRule[],
  actual: readonly CorsRule[],
): string | undefined {
  for (const [at, rule] of expected.entries()) {
    const other = actual[at];
    if (other === undefined) return `rule ${at + 1} is gone: ${JSON.stringify(rule)}`;
    for (const field of fields) {
      const [wanted, seen] = [shown(rule[field]), shown(other[field])];
      if (wanted !== seen) return `rule ${at + 1} has ${field} ${seen} instead of ${wanted}`;
    }
  }
  const extra = actual[expected.length];
  return extra === undefined ? undefined : `rule ${expected.length + 1} is new: ${JSON.stringify(extra)}`;
}

/** Whether two rules are equal, as {@link corsDifference} compares them. */
export function isSameRule(one: CorsRule, other: CorsRule): boolean {
  return corsDifference([one], [other]) === undefined;
}

function shown(value: string | number | readonly string[] | undefined): string {
  // S3 keeps no empty list, so one equals an absent one; an absent `MaxAgeSeconds` is not 0.
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  return JSON.stringify(value);
}
