import type { Warning } from '../access/desired-access.ts';
import { StepError, UserError, type FailureReason } from '../base/errors.ts';
import type { Problem } from '../problem/problem.ts';
import type { Command } from './settings.ts';

const reasons: Readonly<Record<Command, FailureReason>> = {
  synth: 'plan-failed',
  plan: 'plan-failed',
  apply: 'apply-failed',
  verify: 'verification-failed',
  destroy: 'apply-failed',
};

const makeRoom =
  "Make room on the runner's disk, or use a runner with a larger one, and run again; it continues where this run stopped.";
const letWrite =
  "Let the job's user write there: RUNNER_TEMP, RUNNER_TOOL_CACHE and `working-directory` are the folders of a run (in a container: `options: --user 0`, or the runner's user).";

/** What the operating system refuses, by Node's codes: https://nodejs.org/api/errors.html#common-system-errors */
const systemRemedies: Readonly<Record<string, string>> = {
  ENOSPC: makeRoom,
  EDQUOT: makeRoom,
  EACCES: letWrite,
  EPERM: letWrite,
  EROFS: letWrite,
};

/** Turns any error of a step into a `UserError`; an unexpected one keeps its message. */
export function asUserError(error: unknown, step: Command): UserError {
  if (error instanceof UserError) return error;
  return new UserError({ reason: reasons[step], ...problemOf(error, step), cause: error });
}

function problemOf(error: unknown, step: Command): Problem {
  if (error instanceof StepError) return { message: error.message, remedy: error.remedy };
  const { code = '', message: said } = Object(error) as NodeJS.ErrnoException;
  const remedy = systemRemedies[code];
  if (remedy !== undefined)
    return { message: `\`${step}\` could not use the runner's disk: ${said}.`, remedy };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    message: `\`${step}\` failed with an unexpected error: ${message}`,
    remedy: 'Run the job again with debug logging on, and open an issue with the log if it happens again.',
  };
}

/** A problem as a warning of the log shows it. */
export function withNextStep({ message, remedy }: Pick<Warning, 'message' | 'remedy'>): string {
  return remedy === undefined ? message : `${message}\nNext step: ${remedy}`;
}

/** The result of one step within a command of another name, or its UserError, whose reason is the step's. */
export async function during<T>(step: Command, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asUserError(error, step);
  }
}
