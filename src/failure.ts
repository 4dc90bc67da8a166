import { UserError, type FailureReason } from './errors.ts';
import type { Command } from './settings.ts';

const reasons: Readonly<Record<Command, FailureReason>> = {
  synth: 'plan-failed',
  plan: 'plan-failed',
  apply: 'apply-failed',
  verify: 'verification-failed',
  destroy: 'apply-failed',
};

/** Any error as one that tells the user what to do; what nobody foresaw keeps its own words. */
export function asUserError(error: unknown, command: Command): UserError {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UserError({
    reason: reasons[command],
    message: `\`${command}\` met an error that this version does not know: ${message}`,
    remedy: 'Run the job again with debug logging on, and open an issue with the log if it happens again.',
    cause: error,
  });
}
