/** Why a run failed, as the `failure-reason` output names it. */
export type FailureReason =
  | 'invalid-input'
  | 'credentials'
  | 'wrong-account'
  | 'terraform-missing'
  | 'plan-failed'
  | 'plan-changed'
  | 'not-approved'
  | 'destroy-refused'
  | 'apply-failed'
  | 'state-locked'
  | 'verification-failed'
  | 'comment-failed';

/** A problem where it stands in a file of the repository. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

interface UserErrorProps {
  readonly reason: FailureReason;
  /** What failed, the value seen and what is allowed: one or more full sentences. */
  readonly message: string;
  /** The next step, as an imperative sentence; may hold the very YAML or JSON to add. */
  readonly remedy: string;
  /** What the error in the log goes on to show; a report has it already, in a form of its own. */
  readonly detail?: string;
  /** Where the problems stand, in the order of the message. @default nowhere */
  readonly places?: readonly Place[];
  readonly cause?: unknown;
}

/** A failure that the user can mend: it prints as what failed and the next step, never as a stack trace. */
export class UserError extends Error {
  readonly reason: FailureReason;
  readonly remedy: string;
  readonly detail: string;
  readonly places: readonly Place[];

  constructor({ reason, message, remedy, detail = '', places = [], cause }: UserErrorProps) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UserError';
    this.reason = reason;
    this.remedy = remedy;
    this.detail = detail;
    this.places = places;
  }
}

/** What was thrown, in its own words. */
export function saidBy(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A failure whose next step is known; its reason is that of the step of the run in which it happened. */
export class StepError extends Error {
  readonly remedy: string;

  constructor({ message, remedy, cause }: Omit<UserErrorProps, 'reason'>) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StepError';
    this.remedy = remedy;
  }
}
