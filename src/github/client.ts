import { getOctokit } from '@actions/github';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { isRefused, messageOf, numberIn, rateLimitIn, statusOf } from '../problem/github-error.ts';

interface Waiting {
  readonly clock: Clock;
  readonly log: Log;
}

/** GitHub's REST and GraphQL API as this run's token sees it. */
export interface GitHub extends Waiting {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
}

export interface GitHubProps extends Waiting {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** `GITHUB_API_URL`; GitHub Enterprise has its own. */
  readonly apiUrl: string;
}

/** A client that retries failures of GitHub's side and waits out rate limits as GitHub's answers ask for. */
export function openGitHub({ token, repository, apiUrl, clock, log }: GitHubProps): GitHub {
  const [owner = '', repo = ''] = repository.split('/');
  // Octokit's own lines about requests would stand between the Action's.
  const ignore = () => undefined;
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const octokit = getOctokit(token, { baseUrl: apiUrl, log: silent }, retryRequests({ clock, log }));
  return { octokit, owner, repo, clock, log };
}

/** A longer wait is not worth a runner's time. */
const LONGEST_WAIT_SECONDS = 90;
const RETRIES = 3;

/** Octokit plugin: up to 3 retries, unless `retries: 0`, each after as long as GitHub asks, 90 seconds at most. */
function retryRequests({ clock, log }: Waiting) {
  return ({ hook }: Pick<GitHub['octokit'], 'hook'>) => {
    hook.wrap('request', async (request, options) => {
      const retries = Number(options.request['retries'] ?? RETRIES);
      for (let tries = 0; ; tries += 1)
        try {
          const response = await request(options);
          requireGraphqlAnswer(response);
          return response;
        } catch (error) {
          const seconds = secondsUntilRetry(error, { tries, retries, clock, log });
          if (seconds === undefined) throw error;
          await clock.sleep(seconds * 1000);
        }
    });
  };
}

type Try = Waiting & { readonly tries: number; readonly retries: number };

function secondsUntilRetry(error: unknown, { tries, retries, clock, log }: Try): number | undefined {
  const limit = rateLimitIn(error, clock.now());
  if (limit !== undefined) {
    // GitHub asks for at least a minute where it does not say how long, and for longer each time.
    const { kind, seconds = 60 * 2 ** tries } = limit;
    const waits = tries < RETRIES && seconds <= LONGEST_WAIT_SECONDS;
    log.info(`GitHub's ${kind} is reached for ${seconds} s; ${waits ? 'waiting' : 'not waiting that long'}.`);
    return waits ? seconds : undefined;
  }
  const status = statusOf(error);
  if (status === undefined || isRefused(error) || tries >= retries) return undefined;
  const asked = numberIn(error, 'retry-after') ?? 0;
  const seconds = asked > 0 && asked <= LONGEST_WAIT_SECONDS ? asked : (tries + 1) ** 2;
  log.info(`GitHub failed with ${status} (${messageOf(error)}); trying again in ${seconds} s.`);
  return seconds;
}

interface GraphqlError {
  readonly type?: string;
  readonly message?: string;
}

/** GraphQL tells of a failure that passes in a 200: throws it as REST would have told it. */
function requireGraphqlAnswer(response: { readonly data?: unknown; readonly headers: object }): void {
  // https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#exceeding-the-rate-limit
  const { errors } = (response.data ?? {}) as { errors?: readonly GraphqlError[] };
  const first = Array.isArray(errors) ? (errors[0] as GraphqlError | undefined) : undefined;
  const limited = first?.type === 'RATE_LIMITED';
  if (limited || /^Something went wrong while executing your query/.test(first?.message ?? ''))
    throw Object.assign(new Error(first?.message), { status: limited ? 429 : 502, response });
}
