import type { DesiredAccess } from '../access/desired-access.ts';
import { UserError } from '../base/errors.ts';
import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import { isSeen, type Merge } from '../plan/approval.ts';
import type { Fact } from '../plan/fact.ts';
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

/** The pull requests to read the approval from; throws `not-approved` when there is no token to read them with. */
export function requirePullRequests(pullRequests: PullRequests | undefined): PullRequests {
  if (pullRequests !== undefined) return pullRequests;
  throw notApproved(
    '`require-approved-plan` needs the pull request comment, and there is no GitHub token to read it with.',
    'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
  );
}

/** Throws `not-approved` on a branch whose merges approve nothing. */
export function requireApprovingBranch(branch: string, isApproving: boolean): void {
  if (isApproving) return;
  throw notApproved(
    `The branch ${branch} is neither the default branch nor protected, so a merge into it approves nothing.`,
    `Protect ${branch}, or run \`apply\` on the default branch.`,
  );
}

/** Throws `not-approved` when what is checked out is not the branch's: its own config and code were merged by nobody. */
export function requireCommitOfBranch(commit: string, branch: string, isOnBranch: boolean): void {
  if (isOnBranch) return;
  throw notApproved(
    `Commit ${commit.slice(0, 7)}, which is checked out, is not on ${branch}: what it says was not merged.`,
    `Check out the commit that is on ${branch} (actions/checkout with \`ref: ${branch}\`; after a merge \`ref: \${{ github.event.pull_request.merge_commit_sha }}\`), or set \`apply-on-pull-request: true\`.`,
  );
}

/** Facts that the error names; the job summary has all of them. */
const NAMED_FACTS = 20;

interface ApprovalProps {
  /** Since the last complete apply, newest first. */
  readonly merges: readonly Merge[];
  /** What would be applied and was not approved. */
  readonly missing: readonly Fact[];
  readonly branch: string | undefined;
}

/**
 * Throws `not-approved` when no merged pull request showed a plan to approve, and `plan-changed` with just those facts that
 * none of them showed.
 */
export function requireApproval({ merges, missing, branch }: ApprovalProps): void {
  if (missing.length === 0) return;
  const [newest] = merges.flatMap(({ pullRequest, shown, editedBy }) =>
    pullRequest ? [{ pullRequest, shown, editedBy }] : [],
  );
  const wayOut = wayOutFrom(
    merges.length === 0 ? 'the newest merged pull request that touched the config' : newest?.pullRequest,
    branch,
  );
  if (merges.length === 0)
    throw notApproved(
      'Everything that merged pull requests showed is applied already, and no plan has shown what this run would change now.',
      wayOut,
    );
  if (newest === undefined)
    throw notApproved(
      'No merged pull request belongs to this commit, and `require-approved-plan` applies only what one showed.',
      wayOut,
    );
  const { pullRequest, shown, editedBy } = newest;
  const where = `pull request ${pullRequest.number} (${pullRequest.url})`;
  if (!merges.some(isSeen)) {
    if (editedBy !== undefined)
      throw notApproved(
        `The plan comment on ${where} was edited by ${editedBy}, so it no longer approves anything.`,
        wayOut,
      );
    if (shown === undefined) throw notApproved(`The plan comment was not found on ${where}.`, wayOut);
    if (!shown.isAnew && shown.head !== pullRequest.head)
      throw notApproved(
        `The plan on ${where} was made for commit ${shown.head.slice(0, 7)}, and commit ${pullRequest.head.slice(0, 7)} was merged.`,
        wayOut,
      );
    throw notApproved(`The plan on ${where} was made after the merge, so that nobody saw it before.`, wayOut);
  }
  const cut = merges.find((merge) => isSeen(merge) && merge.shown?.isCut === true)?.pullRequest;
  if (cut !== undefined)
    throw notApproved(
      `The plan on pull request ${cut.number} (${cut.url}) was too long to be shown whole, so nothing of it is approved.`,
      'Bring the change in by several pull requests, each planned, merged and applied before the next is planned.',
    );
  const seen = merges.filter(isSeen).map((merge) => `#${merge.pullRequest?.number ?? ''}`);
  const lines = missing.map(({ change, text }) => `${change === 'comes' ? '+' : '-'} ${text}`);
  const more = lines.length - NAMED_FACTS;
  throw new UserError({
    reason: 'plan-changed',
    message: `The apply would do something that no approved plan showed, or that a later merge took back (approved: ${seen.join(', ')}).`,
    remedy: wayOut,
    detail: [...lines.slice(0, NAMED_FACTS), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
  });
}

/** What always works: a person plans on the branch, looks at it, and applies. */
function wayOutFrom(newest: Merge['pullRequest'] | string, branch = 'the default branch'): string {
  if (newest === undefined)
    return 'Bring the change in by a pull request on which `command: plan` runs with the same `comment-key`; a change of a YAML comment in the config is enough.';
  return `Start the workflow by \`workflow_dispatch\` on ${branch} with \`command: plan\`: it writes what would be applied to ${typeof newest === 'string' ? newest : `pull request ${newest.number}`}. Look at it there, and start it again with \`command: apply\`. Where that conversation is locked, merge a pull request that changes a YAML comment in the config.`;
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
