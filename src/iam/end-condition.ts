import { momentOf, utcSecond } from '../base/time.ts';
import { listOf } from './compare-policy.ts';
import type { Condition, Statement } from './policy-document.ts';

/** The condition of what ends at a moment. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime */
export function endCondition(iso: string): Condition {
  return { DateLessThan: { 'aws:CurrentTime': iso } };
}

/** A statement that says nothing from the end on. @default end: none */
export function withEnd(statement: Statement, end: string | undefined): Statement {
  if (end === undefined) return statement;
  return { ...statement, Condition: { ...statement.Condition, ...endCondition(end) } };
}

/** When a statement ends, as `utcSecond` spells it, however it is written; undefined when it has no end, or in another key. */
export function endOf({ Condition = {} }: Statement): string | undefined {
  const dates = Object.entries(Condition).flatMap(([operator, keys]) =>
    isBefore(operator) ? Object.entries(keys) : [],
  );
  const [[key, values] = ['', []], ...others] = dates;
  if (key.toLowerCase() !== 'aws:currenttime' || others.length > 0) return undefined;
  // Of several dates one is enough for IAM.
  const end = Math.max(...listOf(values).map(momentOf));
  return Number.isFinite(end) ? utcSecond(new Date(end)) : undefined;
}

/** A statement less the end that `endOf` finds. */
export function withoutEnd(statement: Statement): Statement {
  if (endOf(statement) === undefined) return statement;
  const { Condition = {}, ...rest } = statement;
  const others = Object.entries(Condition).filter(([operator]) => !isBefore(operator));
  return others.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(others) };
}

function isBefore(operator: string): boolean {
  return /^datelessthan(?:equals)?$/i.test(operator);
}

/** Context of a request before any end: whether a time has run out is for AWS to say, by its clock and not by this one. */
export const beforeAnyEnd = { 'aws:CurrentTime': '1970-01-02T00:00:00Z' } as const;
