import { defined } from '../base/defined.ts';
import type { Environment } from '../base/environment.ts';

/** What started the run; `other` for events that mean nothing special here. */
export type EventKind = (typeof kinds)[number] | 'other';

const kinds = [
  'pull_request',
  'pull_request_target',
  'push',
  'merge_group',
  'workflow_dispatch',
  'schedule',
] as const;

/** The pull request that an event is about. */
export interface EventPullRequest {
  readonly number: number;
  /** Last commit of its head branch. */
  readonly head: string;
  readonly merged: boolean;
  /** `owner/name` of the fork it comes from, `(deleted)` when that is gone; absent when it is not a fork's. */
  readonly fork?: string;
}

/** The run's place on GitHub; fields are absent outside of GitHub Actions. */
export interface EventContext {
  readonly kind: EventKind;
  /** `owner/name`. */
  readonly repository?: string;
  readonly apiUrl: string;
  /** Commit that the run is about: a pull request's head, else `GITHUB_SHA`. */
  readonly commit?: string;
  /** Branch that a push or a dispatch runs on, or that a pull request or merge group goes to. */
  readonly branch?: string;
  readonly runUrl?: string;
  /** For every event with a pull request in its payload, reviews included; a merge group has none. */
  readonly pullRequest?: EventPullRequest;
  /** Number of the pull request that a merge group was made for. */
  readonly queuedPullRequest?: number;
}

/**
 * Reads GitHub's default variables and the event's payload; `{}` and no payload outside of GitHub.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables
 * https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export function readEvent(env: Environment, payload: unknown): EventContext {
  const event = env['GITHUB_EVENT_NAME'];
  const kind: EventKind = kinds.find((known) => known === event) ?? 'other';
  const pullRequest = pullRequestOf(payload);
  const queued = /\/pr-(\d+)-[0-9a-f]+$/.exec(text(at(payload, 'merge_group', 'head_ref')) ?? '')?.[1];
  return defined({
    kind,
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    repository: env['GITHUB_REPOSITORY'] || undefined,
    commit: pullRequest?.head ?? (env['GITHUB_SHA'] || undefined),
    branch: branchOf(env, payload),
    runUrl: runUrlOf(env),
    pullRequest,
    queuedPullRequest: queued === undefined ? undefined : Number(queued),
  });
}

function pullRequestOf(payload: unknown): EventPullRequest | undefined {
  const number = at(payload, 'pull_request', 'number');
  const head = text(at(payload, 'pull_request', 'head', 'sha'));
  if (typeof number !== 'number' || head === undefined) return undefined;
  const merged = at(payload, 'pull_request', 'merged') === true;
  return defined({ number, head, merged, fork: forkOf(payload) });
}

/** A pull request is a fork's unless head and base are known to be one repository. */
function forkOf(payload: unknown): string | undefined {
  const from = text(at(payload, 'pull_request', 'head', 'repo', 'full_name'));
  const to =
    text(at(payload, 'pull_request', 'base', 'repo', 'full_name')) ??
    text(at(payload, 'repository', 'full_name'));
  // GitHub answers `"repo": null` for a fork that was deleted.
  if (from === undefined) return '(deleted)';
  return from === to ? undefined : from;
}

function branchOf(env: Environment, payload: unknown): string | undefined {
  const base =
    text(at(payload, 'pull_request', 'base', 'ref')) ?? text(at(payload, 'merge_group', 'base_ref'));
  return (
    /^(?:refs\/heads\/)?(.+)$/.exec(base ?? '')?.[1] ??
    /^refs\/heads\/(.+)$/.exec(env['GITHUB_REF'] ?? '')?.[1]
  );
}

function runUrlOf(env: Environment): string | undefined {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: run,
    GITHUB_RUN_ATTEMPT: attempt,
  } = env;
  if (!server || !repository || !run) return undefined;
  return `${server}/${repository}/actions/runs/${run}${attempt ? `/attempts/${attempt}` : ''}`;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
