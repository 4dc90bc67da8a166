import type { ObservedPolicy, ObservedRole } from '../access/observed.ts';
import type { Problem } from '../problem/problem.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import type { Observations, Refusal } from './observations.ts';

/** Why AWS refused, and what to do about it. */
export interface Explanation extends Problem {
  /** Whether IAM may still be spreading what was read back, so that asking again makes sense. */
  readonly mendsByWaiting: boolean;
  /** Whether the cause is that the trust policy read back does not name the caller. */
  readonly untrusted?: boolean;
}

/** What AWS holds when it is read back, against which a refusal is explained. */
export interface LiveAccess {
  readonly expectations: Expectations;
  /** ARN of the role or user that asks. */
  readonly callerArn: string;
  /** Absent when there is none. */
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
}

/** What S3 refused. */
export interface RefusedRead {
  readonly refusal: Refusal;
  readonly location: ExpectedLocation;
  /** Absent when the location could not be listed. */
  readonly key?: string;
}

/** An explanation that no waiting mends. */
export function final(message: string, remedy: string): Explanation {
  return { message, remedy, mendsByWaiting: false };
}

/** What a refusal is explained against: the last read-back, else the one before the check plus its temporary statement. */
export function liveAccessOf(expectations: Expectations, observations: Observations): LiveAccess {
  const { callerArn, duringCheck, role, policies, trust } = observations;
  if (duringCheck !== undefined) return { expectations, callerArn, ...duringCheck };
  if (role === undefined) return { expectations, callerArn, policies };
  const added = trust.statement === undefined ? [] : [trust.statement];
  const trustPolicy = { ...role.trustPolicy, Statement: [...role.trustPolicy.Statement, ...added] };
  return { expectations, callerArn, policies, role: { ...role, trustPolicy } };
}
