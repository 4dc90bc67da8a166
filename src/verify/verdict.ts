import type { Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import type { Explanation, Standing } from './explanation.ts';
import type { Observations, Refusal } from './observations.ts';

/** What a check is about, before it is judged. */
export type Subject = Pick<Check, 'id' | 'title'>;

/** The check passed, and this was seen. */
export function pass(subject: Subject, evidence: string): Check {
  return { ...subject, status: 'pass', evidence };
}

/** The check failed: what was seen, and the next step. */
export function fail(subject: Subject, evidence: string, remedy: string): Check {
  return { ...subject, status: 'fail', evidence, remedy };
}

/** AWS refused what it must allow: never without the cause. */
export function refusedFor(subject: Subject, { code }: Refusal, { cause, remedy }: Explanation): Check {
  return fail(subject, `${cause} (${code})`, remedy);
}

/** Nothing failed, but somebody should know. */
export function warning(subject: Subject, evidence: string, remedy?: string): Check {
  return { ...subject, status: 'warning', evidence, ...(remedy !== undefined && { remedy }) };
}

/** This run had no way to find out. */
export function unprovable(subject: Subject, evidence: string, remedy?: string): Check {
  return { ...subject, status: 'unprovable', evidence, ...(remedy !== undefined && { remedy }) };
}

/** What a refusal is explained against: the freshest read-back, else the one before the check with its statement. */
export function standingOf(expectations: Expectations, observations: Observations): Standing {
  const { callerArn, duringCheck, role, policies, trust } = observations;
  if (duringCheck !== undefined) return { expectations, callerArn, ...duringCheck };
  if (role === undefined) return { expectations, callerArn, policies };
  const added = trust.statement === undefined ? [] : [trust.statement];
  const trustPolicy = { ...role.trustPolicy, Statement: [...role.trustPolicy.Statement, ...added] };
  return { expectations, callerArn, policies, role: { ...role, trustPolicy } };
}
