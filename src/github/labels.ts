import type { AccessChange } from '../access/access-change.ts';
import { statusOf, warningOf } from '../problem/github-error.ts';
import type { GitHub } from './client.ts';

/** What the labels of a pull request shall say. */
export interface LabelTarget {
  readonly number: number;
  /** The `comment-key` input: each config has labels of its own. */
  readonly key: string;
  /** Undefined when it is not known, which no label says. */
  readonly direction: AccessChange['direction'] | undefined;
}

const directions: readonly AccessChange['direction'][] = ['none', 'narrower', 'wider', 'both'];

/** GitHub refuses longer names. */
const LONGEST_NAME = 50;

/** Leaves one of our labels on the pull request, or none where access stays as it is; a refusal of GitHub is a warning and stops nothing. */
export async function setLabel(github: GitHub, target: LabelTarget): Promise<string | undefined> {
  const { direction, key } = target;
  const wanted = direction === undefined || direction === 'none' ? undefined : labelOf(direction, key);
  const isWanted = (name: string) => name.toLowerCase() === wanted?.toLowerCase();
  const own = directions.map((one) => labelOf(one, key).toLowerCase());
  try {
    const standing = await labelsOn(github, target);
    for (const name of standing)
      if (own.includes(name.toLowerCase()) && !isWanted(name)) await remove(github, target, name);
    // GitHub makes a label that the repository does not have yet.
    if (wanted !== undefined && !standing.some(isWanted)) {
      const { octokit, owner, repo } = github;
      await octokit.rest.issues.addLabels({ owner, repo, issue_number: target.number, labels: [wanted] });
    }
    return undefined;
  } catch (error) {
    return warningOf(
      error,
      `The labels of pull request ${target.number} are`,
      'Give the job the right to label pull requests; to make a label that the repository does not have yet, add `issues: write`. Or set `labels: false`.',
    );
  }
}

/** @example labelOf('wider', 'retail') // 'kolena-access (retail): wider' */
function labelOf(direction: AccessChange['direction'], key: string): string {
  const name = (part: string) => `kolena-access${part}: ${direction}`;
  return key === 'default' ? name('') : name(` (${key.slice(0, LONGEST_NAME - name(' ()').length)})`);
}

async function labelsOn({ octokit, owner, repo }: GitHub, { number }: LabelTarget): Promise<string[]> {
  const request = { owner, repo, issue_number: number, per_page: 100 };
  const labels = await octokit.paginate(octokit.rest.issues.listLabelsOnIssue, request);
  return labels.map(({ name }) => name);
}

async function remove({ octokit, owner, repo }: GitHub, { number }: LabelTarget, name: string) {
  try {
    await octokit.rest.issues.removeLabel({ owner, repo, issue_number: number, name });
  } catch (error) {
    // Somebody was faster.
    if (statusOf(error) !== 404) throw error;
  }
}
