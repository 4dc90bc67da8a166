import { UserError } from '../base/errors.ts';
import type { GitHub } from './client.ts';
import type { EventContext } from './event.ts';
import { findOurComments } from './our-comments.ts';
import { isRefused, messageOf } from '../problem/github-error.ts';

/** A pull request as far as approval goes. */
export interface ApprovedPullRequest {
  readonly number: number;
  readonly url: string;
  /** Its last commit. */
  readonly head: string;
}

/** The pull request that brought a commit in, and what our comment on it showed. */
export interface Approval {
  /** Absent when no merged (or queued) pull request belongs to the commit. */
  readonly pullRequest?: ApprovedPullRequest;
  /** Absent when there is no comment of our own with a digest. */
  readonly shown?: { readonly digest: string; readonly head: string };
}

/** Throws UserError `not-approved` when GitHub cannot be asked. */
export async function findApproval(
  github: GitHub,
  { event, key }: { readonly event: EventContext; readonly key: string },
): Promise<Approval> {
  try {
    const pullRequest = await findMergedPullRequest(github, event);
    if (pullRequest === undefined) return {};
    const [comment] = await findOurComments(github, { number: pullRequest.number, key });
    const { digest, head } = comment?.marker ?? {};
    return digest === undefined || head === undefined
      ? { pullRequest }
      : { pullRequest, shown: { digest, head } };
  } catch (error) {
    throw new UserError({
      reason: 'not-approved',
      message: `The approved plan could not be read from the pull request: ${messageOf(error)}`,
      remedy: isRefused(error)
        ? 'Give the job the right to read pull requests and their comments.\npermissions:\n  pull-requests: write\n  contents: read\n  id-token: write'
        : 'GitHub kept failing; nothing was applied. Run the job again.',
      cause: error,
    });
  }
}

/** A pull request that is still open approves nothing, unless the merge queue has taken it. */
export async function findMergedPullRequest(
  github: GitHub,
  event: EventContext,
): Promise<ApprovedPullRequest | undefined> {
  const { octokit, owner, repo } = github;
  const number = event.queuedPullRequest ?? event.pullRequest?.number;
  if (number === undefined)
    return event.commit === undefined ? undefined : pullRequestOfCommit(github, event.commit, event.branch);
  const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
  const accepted = data.merged || event.queuedPullRequest !== undefined;
  return accepted ? { number, url: data.html_url, head: data.head.sha } : undefined;
}

async function pullRequestOfCommit(
  { octokit, owner, repo }: GitHub,
  commit: string,
  branch: string | undefined,
): Promise<ApprovedPullRequest | undefined> {
  const found = await octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, {
    owner,
    repo,
    commit_sha: commit,
    per_page: 100,
  });
  const merged = found
    .filter(({ merged_at: at, base }) => at !== null && (branch === undefined || base.ref === branch))
    // A commit of a branch that was merged into another one belongs to both: the one whose merge made the commit counts.
    .sort(
      (a, b) =>
        Number(b.merge_commit_sha === commit) - Number(a.merge_commit_sha === commit) ||
        String(b.merged_at).localeCompare(String(a.merged_at)),
    );
  const [pull] = merged;
  return pull && { number: pull.number, url: pull.html_url, head: pull.head.sha };
}
