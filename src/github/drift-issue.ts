import { warningOf } from '../problem/github-error.ts';
import { isAbout, isOfAnother, issueSteps, type DriftIssue, type IssueStep } from '../report/drift-issue.ts';
import type { GitHub } from './client.ts';
import { ownLogin } from './our-comments.ts';

/** What the issue of a `comment-key` shall say. */
export interface DriftIssueTarget {
  readonly key: string;
  /** Of the plan that found the drift. */
  readonly digest: string;
  /** The config and account that the run is about. */
  readonly scope: string;
  /** Absent when there is no drift. */
  readonly body?: string;
  readonly runUrl?: string;
}

/** The address of the open issue, if there is one, or why it is not up to date. */
export interface DriftIssueResult {
  readonly url?: string;
  readonly warning?: string;
}

/** Keeps one issue of this key open while there is drift; GitHub's refusal is a warning: the drift stands in the summary. */
export async function saveDriftIssue(github: GitHub, target: DriftIssueTarget): Promise<DriftIssueResult> {
  try {
    const login = await ownLogin(github);
    const issues = await issuesOf(github, { login, key: target.key });
    const other = issues.find(({ isOpen, body }) => isOpen && isOfAnother(body, target.scope));
    if (other !== undefined) return { warning: sharedKey(target.key, other) };
    const creator = await perform(github, target, issues);
    // Another run may have opened one at the same time, and the oldest stays.
    const now = creator === undefined ? issues : await issuesOf(github, { login: creator, key: target.key });
    if (creator !== undefined && now.filter(({ isOpen }) => isOpen).length > 1)
      await perform(github, target, now);
    const open = target.body === undefined ? undefined : now.find(({ isOpen }) => isOpen);
    return open === undefined ? {} : { url: open.url };
  } catch (error) {
    const remedy =
      'Give the job `issues: write`, and turn on issues in the repository. Or set `drift-issue: false`.';
    return { warning: warningOf(error, 'The issue about drift is', remedy) };
  }
}

/** Two configs with one key would close and overwrite each other's issue. */
function sharedKey(key: string, { number, url }: DriftIssue): string {
  return `The issue about drift with the key "${key}", ${url}, is about another config or account, and was left as it is.\nNext step: Give each config and account a \`comment-key\` of its own, or close issue ${number} if its config was renamed.`;
}

/** The login of whoever opened an issue, if one was opened. */
async function perform(github: GitHub, target: DriftIssueTarget, issues: readonly DriftIssue[]) {
  const steps = issueSteps(issues, { ...target, isDrift: target.body !== undefined });
  let creator: string | undefined;
  for (const step of steps) creator = (await performStep(github, target, step)) ?? creator;
  return creator;
}

async function performStep({ octokit, owner, repo }: GitHub, target: DriftIssueTarget, step: IssueStep) {
  const { key, body = '', runUrl = 'a later run' } = target;
  const { issues } = octokit.rest;
  if (step.kind === 'open') {
    const title = `Kolena S3 access: AWS and the config differ${key === 'default' ? '' : ` (${key})`}`;
    // A POST that failed half-way may have been done: the next run finds it.
    const { data } = await issues.create({ owner, repo, title, body, request: { retries: 0 } });
    return data.user?.login;
  }
  const issue = { owner, repo, issue_number: step.number };
  const say = (text: string) => issues.createComment({ ...issue, body: text, request: { retries: 0 } });
  if (step.kind === 'update') {
    await issues.update({ ...issue, body });
    if (step.isNews) await say(`The differences have changed. The issue now shows what ${runUrl} found.`);
    return undefined;
  }
  const why =
    step.duplicateOf === undefined
      ? `AWS and the config no longer differ: ${runUrl}.`
      : `See #${step.duplicateOf}.`;
  await say(why);
  await issues.update({ ...issue, state: 'closed', state_reason: 'completed' });
  return undefined;
}

/** Oldest first. Only what this identity opened counts, and never a title. */
async function issuesOf({ octokit, owner, repo }: GitHub, { login, key }: { login: string; key: string }) {
  const request = { owner, repo, creator: login, state: 'all', direction: 'asc', per_page: 100 } as const;
  const all = await octokit.paginate(octokit.rest.issues.listForRepo, request);
  return all
    .filter((issue) => issue.pull_request === undefined && isAbout(issue.body ?? '', key))
    .map((issue): DriftIssue => ({
      number: issue.number,
      url: issue.html_url,
      body: issue.body ?? '',
      isOpen: issue.state === 'open',
      isDeclined: issue.state_reason === 'not_planned',
    }))
    .sort((a, b) => a.number - b.number);
}
