import type { Condition, Statement } from './policy-document.ts';

/** The condition of what ends at a moment. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime */
export function endCondition(iso: string): Condition {
  return { DateLessThan: { 'aws:CurrentTime': iso } };
}

/** The condition as a statement has it, which has none when nothing is demanded. */
export function conditionOf(condition: Condition): Pick<Statement, 'Condition'> {
  return Object.keys(condition).length === 0 ? {} : { Condition: condition };
}
