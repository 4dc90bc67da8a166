import { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import type { MergedPull } from '../plan/approval.ts';
import type { GitHub } from './client.ts';
import { unlessMissing } from './history.ts';

interface CommitProps {
  readonly commit: string;
  /** Branch that it was merged into. @default any */
  readonly branch?: string | undefined;
  /** A number that the commit's message names, as GitHub writes it: text of whoever merged, so it is verified. */
  readonly hint?: number | undefined;
  /** Seconds to wait, in turns, while GitHub's index does not know the merge yet. */
  readonly waits: readonly number[];
}

/** The merged pull request that brought a commit in; empty answers, 404 and 422 all mean "not yet" for a while. */
export async function mergedPullOf(github: GitHub, props: CommitProps): Promise<MergedPull | undefined> {
  const { waits, hint } = props;
  for (const wait of [...waits, undefined]) {
    const found = (await associated(github, props)) ?? (await hinted(github, props));
    if (found !== undefined || wait === undefined) return found;
    github.log.info(
      `GitHub does not know the pull request of commit ${props.commit.slice(0, 7)} yet${hint === undefined ? '' : `, which names #${hint}`}; asking again in ${wait} s.`,
    );
    await github.clock.sleep(wait * 1000);
  }
  return undefined;
}

/** One pull request, merged or not. */
export async function pullByNumber({ octokit, owner, repo }: GitHub, number: number): Promise<MergedPull> {
  const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
  return asPull({ ...data, merged_at: data.merged ? data.merged_at : null });
}

interface PullOfRest {
  readonly number: number;
  readonly html_url: string;
  readonly head: { readonly sha: string };
  /** Null before the merge. */
  readonly merged_at: string | null;
}

function asPull({ number, html_url: url, head: { sha: head }, merged_at: at }: PullOfRest): MergedPull {
  return { number, url, head, ...defined({ mergedAt: at ?? undefined }) };
}

async function associated(github: GitHub, { commit, branch }: CommitProps): Promise<MergedPull | undefined> {
  const { octokit, owner, repo } = github;
  const request = { owner, repo, commit_sha: commit, per_page: 100 };
  const list = octokit.rest.repos.listPullRequestsAssociatedWithCommit;
  const found = (await unlessMissing(octokit.paginate(list, request))) ?? [];
  const merged = found.filter(
    ({ merged_at: at, base }) => at !== null && (branch === undefined || base.ref === branch),
  );
  const [only, ...others] = merged;
  if (only === undefined) return undefined;
  return asPull(others.length === 0 ? only : await whoseMergeMade(github, { commit, pulls: merged }));
}

/** A commit of a branch that was merged into another one belongs to both: the one whose merge made the commit counts. */
async function whoseMergeMade<Pull extends { readonly number: number }>(
  github: GitHub,
  { commit, pulls }: { readonly commit: string; readonly pulls: readonly Pull[] },
): Promise<Pull> {
  const merges = await Promise.all(pulls.map(({ number }) => mergeOf(github, number)));
  const made = pulls.filter((_, at) => merges[at]?.mergeCommit?.oid === commit);
  const [only, ...others] = made;
  if (only !== undefined && others.length === 0) return only;
  throw new UserError({
    reason: 'not-approved',
    message: `Commit ${commit.slice(0, 7)} belongs to ${pulls.length} merged pull requests (${pulls.map(({ number }) => `#${number}`).join(', ')}), and none of them alone made it.`,
    remedy: 'Merge one of them at a time, or bring the change in by a pull request of its own.',
  });
}

async function hinted(github: GitHub, { commit, branch, hint }: CommitProps) {
  if (hint === undefined) return undefined;
  const merge = await mergeOf(github, hint);
  if (!merge?.merged || merge.mergeCommit?.oid !== commit) return undefined;
  if (branch !== undefined && merge.baseRefName !== branch) return undefined;
  const { url: html_url, headRefOid: sha, mergedAt: merged_at } = merge;
  return asPull({ number: hint, html_url, head: { sha }, merged_at });
}

interface MergeAnswer {
  readonly merged: boolean;
  readonly mergedAt: string | null;
  readonly mergeCommit: { readonly oid: string } | null;
  readonly baseRefName: string;
  readonly headRefOid: string;
  readonly url: string;
}

/** How a pull request was merged: only some versions of REST tell the merge commit, and before a merge another one. */
async function mergeOf({ octokit, owner, repo }: GitHub, number: number) {
  try {
    // https://docs.github.com/graphql/reference/objects#pullrequest
    const { repository } = await octokit.graphql<{
      repository: { pullRequest: MergeAnswer | null } | null;
    }>(
      `query ($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
        pullRequest(number: $number) { merged mergedAt mergeCommit { oid } baseRefName headRefOid url } } }`,
      { owner, repo, number },
    );
    return repository?.pullRequest;
  } catch {
    // A hint that is not a pull request, or a server without GraphQL: the index has the last word.
    return undefined;
  }
}
