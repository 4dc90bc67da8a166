import { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import { sinceApplied, type AppliedStep, type Merge, type MergedPull } from '../plan/approval.ts';
import { isRefused, messageOf, neededPermissions } from '../problem/github-error.ts';
import type { GitHub } from './client.ts';
import { stepsOf, type HistoryProps } from './history.ts';
import { findOurComments } from './our-comments.ts';
import { mergedPullOf, pullByNumber } from './pull-of-commit.ts';

/** What a run is told by, as paths in the repository: only commits that touch them are walked. */
export interface ApprovalProps extends HistoryProps {
  /** Whether an open pull request counts. @default false */
  readonly openApproves?: boolean;
  /** Whether the run depends on the merged pull requests; else no long wait for a commit that may have been pushed. @default true */
  readonly isGated?: boolean;
}

/** Seconds: 40 in all, which covers what was seen after squash merges. */
const LATE = [2, 4, 8, 12, 14];

/** Seconds, for a commit whose message names no pull request, as after a direct push or a rebase. */
const UNLIKELY = LATE.slice(0, 2);

/** The merges since the last complete apply, newest first, with what our comments showed; throws `not-approved` when GitHub cannot be asked. */
export async function findMerges(
  github: GitHub,
  { key, ...props }: ApprovalProps & { readonly key: string },
): Promise<readonly Merge[]> {
  try {
    const merges: Merge[] = [];
    const applied: AppliedStep[] = [];
    const seen = new Set<number>();
    for (const { commit, find } of await stepsToAsk(github, props)) {
      const pull = await find();
      const isKnown = pull !== undefined && seen.has(pull.number);
      if (pull === undefined) merges.push({ commit });
      else if (!isKnown) {
        seen.add(pull.number);
        const [comment] = await findOurComments(github, { number: pull.number, key });
        const editedBy = comment?.editedBy;
        const { shown, applied: done } = editedBy === undefined ? (comment?.marker ?? {}) : {};
        merges.push({ commit, pullRequest: pull, ...defined({ shown, editedBy }) });
        if (done !== undefined) applied.push(done);
      }
      if (applied.some((done) => done.commit === commit)) break;
    }
    return sinceApplied(merges, applied);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      reason: 'not-approved',
      message: `The approved plan could not be read from the pull request: ${messageOf(error)}`,
      remedy: isRefused(error)
        ? `Give the job the right to read pull requests and their comments.\n${neededPermissions(error)}`
        : 'GitHub kept failing; nothing was applied. Run the job again.',
      cause: error,
    });
  }
}

/** A pull request to comment on, and the step of the branch's history that an apply is recorded for. */
export type MergedTarget = MergedPull & { readonly step: string };

/** The newest merged pull request that touched what a run is told by, or else the one that brought its commit in. */
export async function findMergedPullRequest(
  github: GitHub,
  props: ApprovalProps,
): Promise<MergedTarget | undefined> {
  for (const { commit, find } of await stepsToAsk(github, props)) {
    const pull = await find();
    if (pull !== undefined) return { ...pull, step: commit };
  }
  github.log.info(
    'GitHub names no merged pull request for this commit: the result is in the job summary, and in no comment.',
  );
  return undefined;
}

/** A pull request that is still open approves nothing, unless the job says so. */
async function stepsToAsk(
  github: GitHub,
  { event, files, openApproves = false, isGated = true }: ApprovalProps,
) {
  const { commit, branch, pullRequest, hint } = event;
  if (pullRequest?.merged === false) {
    const pull = await pullByNumber(github, pullRequest.number);
    const accepted = openApproves || pull.mergedAt !== undefined;
    return accepted ? [{ commit: commit ?? '', find: () => Promise.resolve(pull) }] : [];
  }
  if (commit === undefined) return [];
  const steps = await stepsOf(github, { sha: commit, files });
  // The index of commits and pull requests is late for what was merged a moment ago alone.
  const isFresh = event.kind === 'push' || event.kind === 'pull_request';
  const likely = isGated || hint !== undefined || event.kind === 'pull_request';
  const waits = !isFresh ? [] : likely ? LATE : UNLIKELY;
  if (steps.length === 0 && pullRequest)
    return [{ commit, find: () => pullByNumber(github, pullRequest.number) }];
  const commits = steps.length > 0 ? steps.map((step) => step.commit) : [commit];
  return commits.map((of, at) => {
    const own = at === 0 ? { waits, hint } : { waits: [], hint: undefined };
    return { commit: of, find: () => mergedPullOf(github, { commit: of, branch, ...own }) };
  });
}
