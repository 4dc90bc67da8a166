import { getOctokit } from '@actions/github';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { retryRequests } from './retry.ts';

/** GitHub's REST and GraphQL API as this run's token sees it. */
export interface GitHub {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface GitHubProps {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** `GITHUB_API_URL`; GitHub Enterprise has its own. */
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A client that retries failures of GitHub's side and waits out rate limits as GitHub's answers ask for. */
export function openGitHub({ token, repository, apiUrl, clock, log }: GitHubProps): GitHub {
  const [owner = '', repo = ''] = repository.split('/');
  // Octokit's own lines about requests would stand between the Action's.
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const octokit = getOctokit(token, { baseUrl: apiUrl, log: silent }, retryRequests({ clock, log }));
  return { octokit, owner, repo, clock, log };
}

function ignore(): void {
  // Nothing is said.
}
