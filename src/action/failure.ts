import { StepError, UserError, type FailureReason } from '../base/errors.ts';
import type { Command } from './settings.ts';

const reasons: Readonly<Record<Command, FailureReason>> = {
  synth: 'plan-failed',
  plan: 'plan-failed',
  apply: 'apply-failed',
  verify: 'verification-failed',
  destroy: 'apply-failed',
};

/** Any error of a step as one that tells the user what to do; what nobody foresaw keeps its own words. */
export function asUserError(error: unknown, step: Command): UserError {
  if (error instanceof UserError) return error;
  const reason = reasons[step];
  if (error instanceof StepError)
    return new UserError({ reason, message: error.message, remedy: error.remedy, cause: error });
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UserError({
    reason,
    message: `\`${step}\` met an error that this version does not know: ${message}`,
    remedy: 'Run the job again with debug logging on, and open an issue with the log if it happens again.',
    cause: error,
  });
}

/** The result of one step of the run, or its UserError. */
export async function during<T>(step: Command, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asUserError(error, step);
  }
}
