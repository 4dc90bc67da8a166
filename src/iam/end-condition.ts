import { listOf } from './compare-policy.ts';
import type { Condition, Statement } from './policy-document.ts';

/** The condition of what ends at a moment. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime */
export function endCondition(iso: string): Condition {
  return { DateLessThan: { 'aws:CurrentTime': iso } };
}

/** The condition as a statement has it, which has none when nothing is demanded. */
export function conditionOf(condition: Condition): Pick<Statement, 'Condition'> {
  return Object.keys(condition).length === 0 ? {} : { Condition: condition };
}

/** When a statement ends, as it was written here; undefined when it has no end, or one in other words. */
export function endOf({ Condition }: Statement): string | undefined {
  const ends = listOf(Condition?.['DateLessThan']?.['aws:CurrentTime']);
  return ends.length === 1 ? ends[0] : undefined;
}

/** A statement less its end. */
export function withoutEnd({ Condition = {}, ...statement }: Statement): Statement {
  if (endOf({ Condition, ...statement }) === undefined) return { Condition, ...statement };
  const { DateLessThan = {}, ...others } = Condition;
  const dates = Object.entries(DateLessThan).filter(([key]) => key !== 'aws:CurrentTime');
  const left = dates.length === 0 ? others : { ...others, DateLessThan: Object.fromEntries(dates) };
  return { ...statement, ...conditionOf(left) };
}

/** Context of a request before any end: whether a time has run out is for AWS to say, by its clock and not by this one. */
export const beforeAnyEnd = { 'aws:CurrentTime': '1970-01-02T00:00:00Z' } as const;
