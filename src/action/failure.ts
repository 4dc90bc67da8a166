import { StepError, UserError, type FailureReason } from '../base/errors.ts';
import type { Command } from './settings.ts';

const reasons: Readonly<Record<Command, FailureReason>> = {
  synth: 'plan-failed',
  plan: 'plan-failed',
  apply: 'apply-failed',
  verify: 'verification-failed',
  destroy: 'apply-failed',
};

/** Turns any error of a step into a `UserError`; an unexpected one keeps its message. */
export function asUserError(error: unknown, step: Command): UserError {
  if (error instanceof UserError) return error;
  const reason = reasons[step];
  if (error instanceof StepError)
    return new UserError({ reason, message: error.message, remedy: error.remedy, cause: error });
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UserError({
    reason,
    message: `\`${step}\` failed with an unexpected error: ${message}`,
    remedy: 'Run the job again with debug logging on, and open an issue with the log if it happens again.',
    cause: error,
  });
}

/** The result of one step within a command of another name, or its UserError, whose reason is the step's. */
export async function during<T>(step: Command, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asUserError(error, step);
  }
}
