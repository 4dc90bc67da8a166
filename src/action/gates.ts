import type { DesiredAccess } from '../access/desired-access.ts';
import { UserError } from '../base/errors.ts';
import type { Approval } from '../github/approval.ts';
import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import { resourceKinds } from '../plan/resources.ts';
import type { PlanSummary } from '../plan/summary.ts';
import { clip } from '../report/markdown.ts';
import { isUnrefuted, type Check } from '../verify/check.ts';
import type { Settings } from './settings.ts';

/** Throws `not-approved` when a `pull_request_target` run would write to AWS: it runs with secrets on unreviewed code. */
export function requireSafeEvent({ kind }: EventContext, { command }: Settings): void {
  const writes = command === 'apply' || command === 'destroy';
  if (kind !== 'pull_request_target' || !writes) return;
  throw new UserError({
    reason: 'not-approved',
    message: `\`command: ${command}\` is not allowed on \`pull_request_target\`, which runs with secrets on code that nobody has reviewed.`,
    remedy: 'Run `apply` on a push to your default branch, and `plan` on pull_request.',
  });
}

/** With `fail-on-changes`: throws `plan-changed` when AWS is not what the config says. */
export function requireNoChanges(changes: boolean, settings: Settings): void {
  if (!settings['fail-on-changes'] || !changes) return;
  throw new UserError({
    reason: 'plan-changed',
    message:
      'AWS differs from the config, and `fail-on-changes` is set; the job summary shows the difference.',
    remedy: 'Run `apply` to bring AWS back to the config, or change the config to what AWS should be.',
  });
}

/** Throws `plan-failed` when a `destroy` over a backend would leave the role, because its state never heard of it. */
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

/** The pull requests to read the approval from; throws `not-approved` when there is no token to read them with. */
export function requirePullRequests(pullRequests: PullRequests | undefined): PullRequests {
  if (pullRequests !== undefined) return pullRequests;
  throw notApproved(
    '`require-approved-plan` needs the pull request comment, and there is no GitHub token to read it with.',
    'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
  );
}

/** Characters of the difference that the error shows; the job summary has all of it. */
const SHOWN_DIFFERENCE = 3000;

interface ApprovalProps {
  readonly approval: Approval;
  /** Of the plan that is about to be applied. */
  readonly digest: string;
  /** What would be applied now, as text for the message. */
  readonly difference: string;
}

/**
 * Throws `not-approved` unless our comment showed a plan of the pull request's last commit, and `plan-changed` unless
 * that plan is `digest`.
 */
export function requireApproval({ approval, digest, difference }: ApprovalProps): void {
  const { pullRequest, shown } = approval;
  if (pullRequest === undefined)
    throw notApproved(
      'No merged pull request belongs to this commit, and `require-approved-plan` applies only what one showed.',
      'Bring the change in by a pull request on which `command: plan` runs with the same `comment-key`. GitHub can tell of a merge some moments late: if there was one just now, run the job again.',
    );
  const where = `pull request ${pullRequest.number} (${pullRequest.url})`;
  if (shown === undefined)
    throw notApproved(
      `Our comment with a plan was not found on ${where}.`,
      'Run `command: plan` on `pull_request` with the same `comment-key` and the same kind of `github-token`, so that the plan is shown before the merge. A fork’s pull request gets no plan: bring its change in by a branch of this repository.',
    );
  if (shown.head !== pullRequest.head)
    throw notApproved(
      `The plan on ${where} was made for commit ${shown.head.slice(0, 7)}, and commit ${pullRequest.head.slice(0, 7)} was merged.`,
      'Open a new pull request, and wait for its plan before the merge; a required status check makes sure of it.',
    );
  if (shown.digest !== digest)
    throw new UserError({
      reason: 'plan-changed',
      message: `The plan is no longer the one that ${where} showed: approved was ${shown.digest.slice(0, 12)}, now it is ${digest.slice(0, 12)}.`,
      remedy: 'Look at what would be applied now, and bring it in by a new pull request.',
      detail: clip(difference, SHOWN_DIFFERENCE),
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

function notApproved(message: string, remedy: string): UserError {
  return new UserError({ reason: 'not-approved', message, remedy });
}
