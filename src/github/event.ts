import { defined } from '../base/defined.ts';
import type { Environment } from '../base/environment.ts';
import { valueAt } from '../base/mapping.ts';

/** What started the run; `other` for events that mean nothing special here. */
export type EventKind = (typeof kinds)[number] | 'other';

const kinds = [
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'issue_comment',
  'workflow_run',
  'push',
  'merge_group',
  'workflow_dispatch',
  'schedule',
] as const;

/** The pull request that an event is about, with the last commit of its head branch. */
export interface EventPullRequest {
  readonly number: number;
  readonly head: string;
  readonly merged: boolean;
  /** `owner/name` of the fork it comes from, `(deleted)` when that is gone; absent when it is not a fork's. */
  readonly fork?: string;
}

/** The run's place on GitHub; fields are absent outside of GitHub Actions. */
export type EventContext = ReturnType<typeof readEvent>;

/** Reads GitHub's default variables and the event's payload; `{}` and no payload outside of GitHub. */
export function readEvent(env: Environment, payload: unknown) {
  // https://docs.github.com/actions/reference/workflows-and-actions/variables
  // https://docs.github.com/webhooks/webhook-events-and-payloads
  const event = env['GITHUB_EVENT_NAME'];
  const kind: EventKind = kinds.find((known) => known === event) ?? 'other';
  const pullRequest = pullRequestOf(payload);
  const ofPull = pullRequest?.merged
    ? textAt(payload, 'pull_request', 'merge_commit_sha')
    : pullRequest?.head;
  const message = textAt(payload, 'head_commit', 'message')?.split('\n')[0] ?? '';
  return {
    kind,
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    ...defined({
      /** `owner/name`. */
      repository: env['GITHUB_REPOSITORY'] || undefined,
      /** Commit that the run is about: the head of an open pull request, the commit that a merge made, else `GITHUB_SHA`. */
      commit: (ofPull ?? env['GITHUB_SHA']) || undefined,
      /** Branch that a push or a dispatch runs on, or that a pull request or merge group goes to. */
      branch: branchOf(env, payload),
      runUrl: runUrlOf(env),
      /** For every event with a pull request in its payload, reviews included; a merge group, of one or several, names none. */
      pullRequest,
      /** Number of the pull request that was commented on, of which the payload tells neither head nor fork. */
      commentedPullRequest: commentedOf(payload),
      /** Whether a fork started the workflow that this one follows: `owner/name`. */
      fork: kind === 'workflow_run' ? followedFork(payload) : undefined,
      /** Number that the merge commit's message names, as GitHub writes it: a hint only. */
      hint: numberIn(/\(#(\d+)\)$/, message) ?? numberIn(/^Merge pull request #(\d+) /, message),
      /** Whether a person asked for this very run: a dispatch, or a run started again. */
      isAnew: kind === 'workflow_dispatch' || Number(env['GITHUB_RUN_ATTEMPT'] ?? 1) > 1 || undefined,
      /** Whether Dependabot started the run, and GitHub gives it no ID token. */
      isWithoutToken:
        (env['GITHUB_ACTOR'] === 'dependabot[bot]' && !env['ACTIONS_ID_TOKEN_REQUEST_URL']) || undefined,
      /** The workflow file, as a path in the repository, and the job. */
      workflow: /^[^/]+\/[^/]+\/([^@]+)@/.exec(env['GITHUB_WORKFLOW_REF'] ?? '')?.[1],
      job: env['GITHUB_JOB'] || undefined,
    }),
  };
}

function numberIn(pattern: RegExp, from: string | undefined): number | undefined {
  const found = pattern.exec(from ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

function commentedOf(payload: unknown): number | undefined {
  const number = at(payload, 'issue', 'number');
  const isPull = typeof at(payload, 'issue', 'pull_request') === 'object';
  return isPull && typeof number === 'number' ? number : undefined;
}

/** The fork whose workflow run this one follows, with the base repository's secrets. */
function followedFork(payload: unknown): string | undefined {
  const from = textAt(payload, 'workflow_run', 'head_repository', 'full_name');
  return forkOf(from, textAt(payload, 'repository', 'full_name'));
}

/** The pull request of a payload; of a followed run the one that it names, which is never a fork's. */
function pullRequestOf(payload: unknown): EventPullRequest | undefined {
  const own = at(payload, 'pull_request');
  const isOfPush = at(payload, 'workflow_run', 'event') === 'push';
  const pull = own ?? (isOfPush ? undefined : at(payload, 'workflow_run', 'pull_requests', '0'));
  const [number, head] = [at(pull, 'number'), textAt(pull, 'head', 'sha')];
  if (typeof number !== 'number' || head === undefined) return undefined;
  if (own === undefined) return { number, head, merged: false };
  const from = textAt(own, 'head', 'repo', 'full_name');
  const base = textAt(own, 'base', 'repo', 'full_name') ?? textAt(payload, 'repository', 'full_name');
  return defined({ number, head, merged: at(own, 'merged') === true, fork: forkOf(from, base) });
}

/** The fork that something comes from; it is a fork's unless both are known to be one repository. */
export function forkOf(from: string | undefined, base: string | undefined): string | undefined {
  // GitHub answers `"repo": null` for a fork that was deleted.
  if (from === undefined) return '(deleted)';
  return from === base ? undefined : from;
}

function branchOf(env: Environment, payload: unknown): string | undefined {
  const ref = env['GITHUB_REF'] ?? '';
  const base = textAt(payload, 'pull_request', 'base', 'ref') ?? textAt(payload, 'merge_group', 'base_ref');
  return (
    /^(?:refs\/heads\/)?(.+)$/.exec(base ?? '')?.[1] ??
    /^refs\/heads\/(.+)$/.exec(ref)?.[1] ??
    // A tag is a version of the default branch, and so is what follows a release or a comment.
    (ref.startsWith('refs/tags/') ? textAt(payload, 'repository', 'default_branch') : undefined)
  );
}

function runUrlOf(env: Environment): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  const attempt = env['GITHUB_RUN_ATTEMPT'];
  if (!server || !repository || !run) return undefined;
  return `${server}/${repository}/actions/runs/${run}${attempt ? `/attempts/${attempt}` : ''}`;
}

const at = (payload: unknown, ...path: readonly string[]) => valueAt(payload, path);

function textAt(payload: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(payload, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
