import type { GitHub } from './client.ts';

/** A commit of a branch that touched one of the files that a run is told by. */
export interface Step {
  readonly commit: string;
  /** ISO 8601. */
  readonly time: string;
}

/** More are not walked: a repository that merged that often without one apply has to show its plan anew. */
const MOST_STEPS = 100;

/** The history of some files as a commit or branch sees it, newest first, at most 100 steps. */
export async function stepsOf(
  { octokit, owner, repo }: GitHub,
  { sha, files }: { readonly sha: string; readonly files: readonly string[] },
): Promise<Step[]> {
  const ofFile = async (path: string): Promise<Step[]> => {
    try {
      const { data } = await octokit.rest.repos.listCommits({ owner, repo, sha, path, per_page: MOST_STEPS });
      return data.map(({ sha: commit, commit: { committer } }) => ({ commit, time: committer?.date ?? '' }));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
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
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path, ref: commit });
    return 'content' in data ? Buffer.from(data.content, 'base64').toString() : '';
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** GitHub answers 404, or 409 or 422 for a commit that it does not know yet. */
export function isMissing(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return status === 404 || status === 409 || status === 422;
}

interface NewerProps {
  /** Commit of the run. */
  readonly commit: string;
  readonly branch: string;
  readonly files: readonly string[];
  /** Whether two versions of a file tell a run the same. */
  readonly isSame: (path: string, here: string, there: string) => boolean;
}

/** The commit by which a branch says something else than a run's commit; undefined while it says the same. */
export async function findNewer(
  github: GitHub,
  { commit, branch, files, isSame }: NewerProps,
): Promise<string | undefined> {
  const { octokit, owner, repo } = github;
  const { data } = await octokit.rest.repos.getBranch({ owner, repo, branch });
  const head = data.commit.sha;
  if (head === commit) return undefined;
  const [[newest], [own]] = await Promise.all([
    stepsOf(github, { sha: head, files }),
    stepsOf(github, { sha: commit, files }),
  ]);
  if (newest === undefined || newest.commit === own?.commit) return undefined;
  const same = await Promise.all(
    files.map(async (path) => {
      const [here, there] = await Promise.all(
        [commit, head].map((at) => fileAt(github, { path, commit: at })),
      );
      return isSame(path, here ?? '', there ?? '');
    }),
  );
  return same.every(Boolean) ? undefined : newest.commit;
}

/** Whether a commit is one of a branch's; GitHub does not know one that was never pushed. */
export async function isOnBranch(
  { octokit, owner, repo }: GitHub,
  { commit, branch }: { readonly commit: string; readonly branch: string },
): Promise<boolean> {
  try {
    const basehead = `${branch}...${commit}`;
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead,
      per_page: 1,
    });
    return data.status === 'behind' || data.status === 'identical';
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether the branch is one whose merges approve: the default one, or a protected one. */
export async function isProtected({ octokit, owner, repo }: GitHub, branch: string): Promise<boolean> {
  const { data } = await octokit.rest.repos.get({ owner, repo });
  if (data.default_branch === branch) return true;
  return (await octokit.rest.repos.getBranch({ owner, repo, branch })).data.protected;
}
