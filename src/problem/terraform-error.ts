import { saidBy, UserError, type FailureReason } from '../base/errors.ts';
import { parseDiagnostics, parseLockInfo, type Diagnostic, type LockInfo } from './terraform-diagnostics.ts';
import { remedyFor } from './terraform-remedies.ts';

/** How a process ended, and what it printed. */
export interface ProcessResult {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The signal that this process got meanwhile and passed on. */
  readonly cancelledBy?: NodeJS.Signals;
}

/** A command as a user knows it (`terraform plan`), and why the run fails when it fails. */
export interface FailedCommand {
  readonly name: string;
  readonly reason: FailureReason;
  /** How long the command waited for a lock, as `5m`. */
  readonly waited?: string;
}

/** As many errors as a person reads; the log has all of them. */
const SHOWN = 8;

/** Why a command failed, in Terraform's own words, and the next step. */
export function terraformError(command: FailedCommand, result: ProcessResult): UserError {
  const { name, reason } = command;
  const cause = new Error(result.stderr.trim() || `${name} printed no error`);
  if (result.cancelledBy !== undefined)
    return new UserError({
      reason,
      message: `${name} was interrupted by ${result.cancelledBy}; Terraform stopped and released its lock.`,
      remedy: 'Run the command again; it continues where this run stopped.',
      cause,
    });
  if (result.code === null)
    return new UserError({
      reason,
      message: `${name} was killed before it ended${result.stderr.trim() === '' ? '' : `, after it had printed: ${result.stderr.trim()}`}. A system does that when its memory runs out.`,
      remedy:
        'Run again; it continues where this run stopped. If it happens again, use a runner with more memory.',
      cause,
    });
  const diagnostics = parseDiagnostics(result.stderr);
  if (diagnostics.some(({ summary }) => summary.startsWith('Error acquiring the state lock')))
    return stateLocked(command, parseLockInfo(result.stderr), cause);
  if (result.code === 126 || result.code === 127) return notRun(name, result);
  const known = [...new Set(diagnostics.map(remedyFor).filter((remedy) => remedy !== undefined))];
  return new UserError({
    reason: reasonOf(diagnostics) ?? reason,
    message: `${name} failed (exit code ${result.code}). ${describe(diagnostics, result.stderr)}`,
    remedy: known.join('\n') || `Read the errors above and the log of ${name}, fix the cause, and run again.`,
    cause,
  });
}

/** The binary could not be started at all. */
export function terraformMissing(binary: string, cause: unknown): UserError {
  return new UserError({
    reason: 'terraform-missing',
    message: `${binary} could not be started: ${saidBy(cause)}.`,
    remedy:
      'Point `terraform-path` at a Terraform or OpenTofu binary, or set `terraform-version` to have one downloaded.',
    cause,
  });
}

/** The JSON that a command was asked for. Throws `terraform-missing` where it printed something else. */
export function jsonOf(command: string, printed: string): unknown {
  try {
    return JSON.parse(printed) as unknown;
  } catch (cause) {
    throw new UserError({
      reason: 'terraform-missing',
      message: `${command} printed no JSON. It begins with: ${JSON.stringify(printed.slice(0, 80))}`,
      remedy:
        'Point `terraform-path` at the Terraform or OpenTofu binary itself: what is on PATH seems to be a wrapper that prints lines of its own. Take `TF_CLI_ARGS` and `TF_CLI_ARGS_show` out of the environment, too.',
      cause,
    });
  }
}

function reasonOf(diagnostics: readonly Diagnostic[]): FailureReason | undefined {
  if (diagnostics.some(({ summary }) => summary === 'Saved plan is stale')) return 'plan-changed';
  if (diagnostics.some(({ summary }) => /^Unsupported \w+ Core version$/.test(summary)))
    return 'terraform-missing';
  return undefined;
}

function describe(diagnostics: readonly Diagnostic[], stderr: string): string {
  if (diagnostics.length === 0) return stderr.trim();
  const shown = diagnostics.slice(0, SHOWN).map(({ summary, detail, address }) => {
    const place = address === undefined ? '' : ` (${address})`;
    return `Error: ${summary}${place}${detail === '' ? '' : `\n${detail}`}`;
  });
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more errors.`] : [])].join('\n');
}

/** What a shell says of a script that has nothing to run. https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html */
function notRun(name: string, { code, stdout, stderr }: ProcessResult): UserError {
  const said = stderr.trim() || stdout.trim() || 'It printed nothing.';
  return new UserError({
    reason: 'terraform-missing',
    message: `${name} started no Terraform (exit code ${code ?? ''}). ${said}`,
    remedy:
      'Give the version manager a version for `working-directory` (`.tool-versions`, `mise.toml` or `.terraform-version`), or set `terraform-path` to the binary itself.',
  });
}

function stateLocked({ name, waited }: FailedCommand, lock: LockInfo | undefined, cause: Error): UserError {
  const held =
    lock === undefined
      ? 'Who holds it could not be read.'
      : `It is held by ${lock.who} since ${lock.created} for ${lock.operation} (lock ${lock.id} on ${lock.path}).`;
  const release =
    lock === undefined ? 'release it as the backend wants it' : `run \`terraform force-unlock ${lock.id}\``;
  return new UserError({
    reason: 'state-locked',
    message: `${name} could not lock the state${waited === undefined ? '' : `, and waited ${waited} for it`}. ${held}`,
    remedy: `Wait for the run that holds the lock, then run again; \`lock-timeout\` says how long a run waits. If that run is dead, ${release} in a directory that uses the same backend; for the s3 backend, deleting the object \`<key>.tflock\` does the same.`,
    cause,
  });
}
