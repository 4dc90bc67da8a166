import { defined } from '../base/defined.ts';
import type { Review } from '../report/report.ts';
import type { GitHub } from './client.ts';

/** What stands in place of an account that was deleted, as on GitHub's own pages. */
const GHOST = 'ghost';

/** The people behind a pull request; of each reviewer the last review that approved, asked for changes or was dismissed counts. */
export async function reviewOf({ octokit, owner, repo }: GitHub, number: number): Promise<Review> {
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
