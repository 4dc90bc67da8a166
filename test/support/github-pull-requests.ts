import type { GitHubStandIn } from './github-stand-in.ts';

/** The repository of end-to-end tests; paths of another one lead to the same. */
export const repository = { full_name: 'octo-org/data-access', default_branch: 'main' };

/** A pull request, with the payload of the event `pull_request`. */
export interface OpenedPullRequest {
  readonly number: number;
  readonly event: { readonly pull_request: { readonly head: { readonly sha: string } } };
}

/** Opens the next pull request, from a branch of the repository to `main`. */
export function openPullRequest({ pulls }: GitHubStandIn, title: string): OpenedPullRequest {
  const number = Object.keys(pulls).length + 1;
  const pull_request = {
    number,
    title,
    state: 'open',
    html_url: `https://github.com/${repository.full_name}/pull/${number}`,
    merged: false,
    merged_at: null,
    merge_commit_sha: null,
    head: { ref: 'kolena-access', sha: commitOf('a', number), repo: repository },
    base: { ref: 'main', repo: repository },
  };
  pulls[number] = pull_request;
  const event = { action: 'opened', number, pull_request, repository };
  return { number, event };
}

/** Merges it, and gives the merge's commit, the head of `main` from now on. */
export function merge(github: GitHubStandIn, number: number): string {
  const [oid, mergedAt] = [commitOf('c', number), new Date().toISOString()];
  const { head, html_url: url } = github.pulls[number] as { head: { sha: string }; html_url: string };
  const closed = { state: 'closed', merged: true, merged_at: mergedAt, merge_commit_sha: oid };
  const merged = { ...(github.pulls[number] as object), ...closed };
  github.pulls[number] = merged;
  github.pullsOfCommit[oid] = [merged];
  const told = { baseRefName: 'main', headRefOid: head.sha, url };
  github.merges[number] = { merged: true, mergedAt, mergeCommit: { oid }, ...told };
  github.head = oid;
  return oid;
}

function commitOf(letter: string, number: number): string {
  return `${letter}${number}`.padEnd(40, '0');
}
