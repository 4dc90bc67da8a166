import type { ObservedPolicy, ObservedRole } from '../access/observed.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import type { Refusal } from './observations.ts';

/** Why AWS refused, and what to do about it. */
export interface Explanation {
  /** A full sentence. */
  readonly cause: string;
  /** The next step, as an imperative sentence. */
  readonly remedy: string;
  /** Whether IAM may still be spreading what was read back, so that asking again makes sense. */
  readonly mendsByWaiting: boolean;
  /** Whether the cause is that the trust policy read back does not name the caller. */
  readonly untrusted?: boolean;
}

/** What stands in AWS by reading it back, against which a refusal is explained. */
export interface Standing {
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
export function final(cause: string, remedy: string): Explanation {
  return { cause, remedy, mendsByWaiting: false };
}
