import { defined } from '../base/defined.ts';
import type { Review } from '../report/report.ts';
import { findMergedPullRequest, findMerges, type ApprovalProps } from './approval.ts';
import type { GitHub, GitHubProps } from './client.ts';
import { orWarning, saveComment } from './comment.ts';
import { saveDriftIssue } from './drift-issue.ts';
import { forkOf } from './event.ts';
import { fileAt, findNewer, isOnBranch, isProtected, stepsOf } from './history.ts';
import { setLabel } from './labels.ts';
import { mergedPullOf } from './pull-of-commit.ts';

/** The pull requests' conversations, and the branch's history that they made. */
export type PullRequests = ReturnType<typeof openPullRequests>;

/** Pull requests of one repository; what each call gives and throws stands at the function of its name. */
export function openPullRequests(props: GitHubProps) {
  // Most runs need it late: Terraform starts while it loads.
  let opening: Promise<GitHub> | undefined;
  const opened = () => (opening ??= import('./client.ts').then(({ openGitHub }) => openGitHub(props)));
  const here =
    <Asked, Result>(work: (github: GitHub, asked: Asked) => Promise<Result>) =>
    async (asked: Asked) =>
      work(await opened(), asked);
  return {
    findMerges: here(findMerges),
    /** The one to report an apply on; throws `comment-failed` when GitHub refuses to tell. */
    findMerged: (history: ApprovalProps) =>
      orWarning('the pull request that brought this commit in', async () =>
        findMergedPullRequest(await opened(), history),
      ),
    findNewer: here(findNewer),
    isApproving: here(isProtected),
    isOnBranch: here(isOnBranch),
    stepsOf: here(stepsOf),
    fileAt: here(fileAt),
    describe: here(describe),
    /** The number of the merged pull request that brought a commit in, as far as GitHub knows; throws where it fails. */
    pullOf: async (commit: string, branch: string | undefined) =>
      (await mergedPullOf(await opened(), { commit, branch, waits: [] }))?.number,
    review: here(reviewOf),
    saveDriftIssue: here(saveDriftIssue),
    saveComment: here(saveComment),
    setLabel: here(setLabel),
  };
}

/** A pull request that the event names by its number alone. */
async function describe({ octokit, owner, repo }: GitHub, number: number) {
  const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
  const { head, base, merged } = data;
  const from = head.repo as { readonly full_name: string } | null;
  const fork = forkOf(from?.full_name, base.repo.full_name);
  return { number, head: head.sha, merged, branch: base.ref, ...defined({ fork }) };
}

/** What stands in place of an account that was deleted, as on GitHub's own pages. */
const GHOST = 'ghost';

/** The people behind a pull request; each reviewer's last approval, request for changes or dismissal counts. */
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
