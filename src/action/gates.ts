import type { DesiredAccess } from '../access/desired-access.ts';
import { UserError } from '../base/errors.ts';
import type { EventContext } from '../github/event.ts';
import { resourceKinds } from '../plan/resources.ts';
import type { PlanSummary } from '../plan/summary.ts';
import { isUnrefuted, type Check } from '../verify/check.ts';
import type { Settings } from './settings.ts';

/** Throws `not-approved` when a run would write to AWS on the event of what is not merged yet. */
export function requireSafeEvent({ kind, pullRequest }: EventContext, settings: Settings): void {
  const { command } = settings;
  if (command !== 'apply' && command !== 'destroy') return;
  // GitHub drops a group when a check fails: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
  if (kind === 'merge_group')
    throw notApproved(
      `\`command: ${command}\` is not allowed on \`merge_group\`: its commit is not merged yet, and GitHub drops it when a check of the queue fails.`,
      'Run `apply` on a push to your default branch, which follows when the queue merges, and `plan` on merge_group.',
    );
  const isOpen =
    pullRequest?.merged === false || (pullRequest === undefined && kind === 'pull_request_target');
  if (!isOpen) return;
  if (kind === 'pull_request_target')
    throw notApproved(
      `\`command: ${command}\` is not allowed on \`pull_request_target\`, which runs with secrets on code that nobody has reviewed.`,
      'Run `apply` on a push to your default branch, and `plan` on pull_request.',
    );
  if (settings['apply-on-pull-request']) return;
  throw notApproved(
    `\`command: ${command}\` would change AWS for pull request ${pullRequest?.number ?? ''}, which is still open.`,
    'Run `plan` on the pull request and `apply` on a push to your default branch, or set `apply-on-pull-request: true`; with `require-approved-plan` beside it, the pull request’s own comment approves.',
  );
}

/** With `fail-on-changes`: throws `plan-changed` when AWS does not match the config, for more than what waits for its apply. */
export function requireNoChanges(isDifferent: boolean, settings: Settings): void {
  if (!settings['fail-on-changes'] || !isDifferent) return;
  throw new UserError({
    reason: 'plan-changed',
    message:
      'AWS differs from the config, and `fail-on-changes` is set; the job summary shows the difference.',
    remedy: 'Run `apply` to bring AWS back to the config, or change the config to what AWS should be.',
  });
}

/** Throws `plan-failed` when a `destroy` over a backend would leave the role, because its state does not hold it. */
export function requireCompleteDestroy(
  { changes }: PlanSummary,
  { removals: { role } }: DesiredAccess,
  { backend = '' }: Settings,
): void {
  const goes = changes.some(({ type, action }) => type === resourceKinds.role.type && action === 'delete');
  if (role === undefined || goes) return;
  throw new UserError({
    reason: 'plan-failed',
    message: `The role ${role.name} exists in AWS, but the state of the backend "${backend}" does not hold it, so that Terraform would leave it.`,
    remedy: 'Run `apply` once with this backend, which adopts the role, and then `destroy`.',
  });
}

/** Throws `verification-failed` with every check that failed; what could not be proven from here fails nothing. */
export function requireVerified(checks: readonly Check[]): void {
  if (isUnrefuted(checks)) return;
  const failed = checks.filter(({ status }) => status === 'fail');
  const remedies = new Set(failed.flatMap(({ remedy }) => remedy ?? []));
  throw new UserError({
    reason: 'verification-failed',
    message:
      failed.length === 0
        ? 'None of the checks could be completed with these credentials.'
        : `${failed.length} of ${checks.length} checks failed:\n${failed.map(({ title, evidence }) => `- ${title} ${evidence}`).join('\n')}`,
    remedy: [...remedies].join('\n') || 'Run with credentials that can assume the role: `verify: assume`.',
  });
}

/** A run that is not allowed to write, and what would be. */
export function notApproved(message: string, remedy: string): UserError {
  return new UserError({ reason: 'not-approved', message, remedy });
}
