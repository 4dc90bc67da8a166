import { defined } from '../base/defined.ts';
import type { Merge } from '../plan/approval.ts';
import { findMergedPullRequest, findMerges, type MergedTarget } from './approval.ts';
import { openGitHub, type GitHubProps, type GitHub } from './client.ts';
import {
  orWarning,
  saveComment,
  type CommentResult,
  type CommentTarget,
  type CommentWarning,
} from './comment.ts';
import { saveDriftIssue, type DriftIssueResult, type DriftIssueTarget } from './drift-issue.ts';
import { forkOf, type EventPullRequest } from './event.ts';
import { setLabel, type LabelTarget } from './labels.ts';
import { mergedPullOf } from './pull-of-commit.ts';
import type { Review } from '../report/report.ts';
import {
  fileAt,
  findNewer,
  isOnBranch,
  isProtected,
  stepsOf,
  type HistoryProps,
  type NewerProps,
  type Step,
} from './history.ts';

interface MergesProps extends HistoryProps {
  /** The `comment-key` input. */
  readonly key: string;
  /** Whether an open pull request's own comment approves. */
  readonly openApproves: boolean;
}

/** The pull requests' conversations, and the branch's history that they made. */
export interface PullRequests {
  /** The merges since the last complete apply, newest first, with what our comments showed; throws `not-approved`. */
  findMerges(props: MergesProps): Promise<readonly Merge[]>;
  /** The one to report an apply on; throws `comment-failed` when GitHub refuses to tell. */
  findMerged(
    props: HistoryProps & { readonly isGated: boolean },
  ): Promise<MergedTarget | CommentWarning | undefined>;
  /** The commit by which the branch says something else than the run's; undefined while it says the same. */
  findNewer(props: NewerProps): Promise<string | undefined>;
  /** Whether the merges of the event's branch approve: the default branch, or a protected one. */
  isApproving(branch: string): Promise<boolean>;
  /** Whether a commit is one of the branch's. */
  isOnBranch(place: { readonly commit: string; readonly branch: string }): Promise<boolean>;
  /** The commits that touched files as a commit or branch sees them, newest first. */
  stepsOf(place: { readonly sha: string; readonly files: readonly string[] }): Promise<readonly Step[]>;
  /** A file's text at a commit; empty when there is none. */
  fileAt(file: { readonly path: string; readonly commit: string }): Promise<string>;
  /** A pull request that the event names by its number alone. */
  describe(number: number): Promise<EventPullRequest & { readonly branch: string }>;
  /** The number of the merged pull request that brought a commit in, as far as GitHub knows now; throws where it fails. */
  pullOf(commit: string, branch: string | undefined): Promise<number | undefined>;
  /** Who wrote, approved and merged a pull request. */
  review(number: number): Promise<Review>;
  saveComment(target: CommentTarget): Promise<CommentResult>;
  /** Opens, updates or closes the issue about drift: its address while it is open, or a warning. */
  saveDriftIssue(target: DriftIssueTarget): Promise<DriftIssueResult>;
  /** Why the labels are not up to date, as a warning; undefined when they are. */
  setLabel(target: LabelTarget): Promise<string | undefined>;
}

/** Pull requests of one repository. */
export function openPullRequests(props: GitHubProps): PullRequests {
  const github = openGitHub(props);
  return {
    findMerges: (history) => findMerges(github, history),
    findMerged: (history) =>
      orWarning('the pull request that brought this commit in', () => findMergedPullRequest(github, history)),
    findNewer: (history) => findNewer(github, history),
    isApproving: (branch) => isProtected(github, branch),
    isOnBranch: (place) => isOnBranch(github, place),
    stepsOf: (place) => stepsOf(github, place),
    fileAt: (file) => fileAt(github, file),
    describe: async (number) => {
      const { octokit, owner, repo } = github;
      const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
      const { head, base, merged } = data;
      const from = head.repo as { readonly full_name: string } | null;
      const fork = forkOf(from?.full_name, base.repo.full_name);
      return { number, head: head.sha, merged, branch: base.ref, ...defined({ fork }) };
    },
    pullOf: async (commit, branch) =>
      (await mergedPullOf(github, { commit, waits: [], ...defined({ branch }) }))?.number,
    review: (number) => reviewOf(github, number),
    saveDriftIssue: (target) => saveDriftIssue(github, target),
    saveComment: (target) => saveComment(github, target),
    setLabel: (target) => setLabel(github, target),
  };
}

/** What stands in place of an account that was deleted, as on GitHub's own pages. */
const GHOST = 'ghost';

/** The people behind a pull request; of each reviewer the last review that approved, asked for changes or was dismissed counts. */
async function reviewOf({ octokit, owner, repo }: GitHub, number: number): Promise<Review> {
  const pull = { owner, repo, pull_number: number };
  const [{ data }, reviews] = await Promise.all([
    octokit.rest.pulls.get(pull),
    octokit.paginate(octokit.rest.pulls.listReviews, { ...pull, per_page: 100 }),
  ]);
  // Oldest first. https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request
  const decisive = reviews.filter(({ state }) =>
    ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(state),
  );
  const last = new Map(decisive.map((review) => [review.user?.login ?? GHOST, review]));
  const approvers = [...last].filter(([, { state }]) => state === 'APPROVED');
  return {
    number,
    url: data.html_url,
    author: (data.user as { readonly login: string } | null)?.login ?? GHOST,
    approvers: approvers.map(([login, { commit_id: commit }]) => ({ login, commit: commit ?? '' })),
    ...defined({ mergedBy: data.merged ? (data.merged_by?.login ?? GHOST) : undefined }),
  };
}
