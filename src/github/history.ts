import type { AppliedStep } from '../plan/approval.ts';
import { statusOf } from '../problem/github-error.ts';
import type { GitHub } from './client.ts';
import type { EventContext } from './event.ts';

/** Whose history is asked for: the event's commit, as far as it touches these files of the repository. */
export interface HistoryProps {
  readonly event: EventContext;
  readonly files: readonly string[];
}

/** A commit of a branch that touched one of the files that a run is told by, and its time. */
export type Step = AppliedStep;

/** More are not walked: a repository that merged that often without one apply has to show its plan anew. */
const MOST_STEPS = 100;

/** The history of some files as a commit or branch sees it, newest first, at most 100 steps. */
export async function stepsOf(
  { octokit, owner, repo }: GitHub,
  { sha, files }: { readonly sha: string; readonly files: readonly string[] },
): Promise<readonly Step[]> {
  const ofFile = async (path: string): Promise<Step[]> => {
    const request = { owner, repo, sha, path, per_page: MOST_STEPS };
    const answer = await unlessMissing(octokit.rest.repos.listCommits(request));
    const commits = answer?.data ?? [];
    return commits.map(({ sha: commit, commit: { committer } }) => ({ commit, time: committer?.date ?? '' }));
  };
  const steps = (await Promise.all(files.map(ofFile))).flat();
  const once = new Map(steps.map((step) => [step.commit, step]));
  // GitHub's own order within one file stays: the commits of one rebase may share their second.
  return [...once.values()].sort((a, b) => b.time.localeCompare(a.time)).slice(0, MOST_STEPS);
}

/** A file's text at a commit; empty when there is none. */
export async function fileAt(
  { octokit, owner, repo }: GitHub,
  { path, commit }: { readonly path: string; readonly commit: string },
): Promise<string> {
  const answer = await unlessMissing(octokit.rest.repos.getContent({ owner, repo, path, ref: commit }));
  return answer && 'content' in answer.data ? Buffer.from(answer.data.content, 'base64').toString() : '';
}

/** An answer; undefined for 404, and for the 409 or 422 by which GitHub tells of a commit that it does not know yet. */
export async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if ([404, 409, 422].includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  });
}

/** Of the run's event, and when two versions of a file tell a run the same. */
export interface NewerProps extends HistoryProps {
  readonly isSame: (path: string, here: string, there: string) => boolean;
}

/** The commit by which the event's branch says something else than its commit; undefined while it says the same. */
export async function findNewer(
  github: GitHub,
  { event: { commit, branch }, files, isSame }: NewerProps,
): Promise<string | undefined> {
  if (commit === undefined || branch === undefined) return undefined;
  const { octokit, owner, repo } = github;
  const { data } = await octokit.rest.repos.getBranch({ owner, repo, branch });
  const head = data.commit.sha;
  if (head === commit) return undefined;
  const [[newest], [own]] = await Promise.all([
    stepsOf(github, { sha: head, files }),
    stepsOf(github, { sha: commit, files }),
  ]);
  if (newest === undefined || newest.commit === own?.commit) return undefined;
  const staysSame = async (path: string) => {
    const texts = [commit, head].map((at) => fileAt(github, { path, commit: at }));
    const [here = '', there = ''] = await Promise.all(texts);
    return isSame(path, here, there);
  };
  const same = await Promise.all(files.map(staysSame));
  return same.every(Boolean) ? undefined : newest.commit;
}

/** Whether a commit is one of a branch's; GitHub does not know one that was never pushed. */
export async function isOnBranch(
  { octokit, owner, repo }: GitHub,
  { commit, branch }: { readonly commit: string; readonly branch: string },
): Promise<boolean> {
  const range = { owner, repo, basehead: `${branch}...${commit}`, per_page: 1 };
  const answer = await unlessMissing(octokit.rest.repos.compareCommitsWithBasehead(range));
  return answer?.data.status === 'behind' || answer?.data.status === 'identical';
}

/** Whether the branch is one whose merges approve: the default one, or a protected one. */
export async function isProtected({ octokit, owner, repo }: GitHub, branch: string): Promise<boolean> {
  const { data } = await octokit.rest.repos.get({ owner, repo });
  if (data.default_branch === branch) return true;
  return (await octokit.rest.repos.getBranch({ owner, repo, branch })).data.protected;
}
