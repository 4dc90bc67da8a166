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

/** When a statement ends, as it is written here; undefined when it has no end, or one in other words. */
export function endOf({ Condition }: Statement): string | undefined {
  const { 'aws:CurrentTime': values, ...others } = Condition?.['DateLessThan'] ?? {};
  const [end, ...more] = listOf(values);
  return more.length + Object.keys(others).length === 0 ? end : undefined;
}

/** A statement less the end that `endOf` finds. */
export function withoutEnd(statement: Statement): Statement {
  if (endOf(statement) === undefined) return statement;
  const { Condition = {}, ...rest } = statement;
  const others = Object.entries(Condition).filter(([operator]) => operator !== 'DateLessThan');
  return others.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(others) };
}

/** Context of a request before any end: whether a time has run out is for AWS to say, by its clock and not by this one. */
export const beforeAnyEnd = { 'aws:CurrentTime': '1970-01-02T00:00:00Z' } as const;
