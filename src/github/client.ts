import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Log } from '../base/log.ts';

/** GitHub's REST and GraphQL API as this run's token sees it. */
export interface GitHub {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
  readonly log: Log;
}

export interface GitHubProps {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** `GITHUB_API_URL`; GitHub Enterprise has its own. */
  readonly apiUrl: string;
  readonly log: Log;
  /**
   * Milliseconds that a second of waiting takes.
   * @default 1000
   */
  readonly second?: number;
}

/** A rate limit that lasts longer is not waited out: the comment is not worth an hour of a runner. */
const LONGEST_WAIT_SECONDS = 90;
const RETRIES = 3;

/** A client that retries failures of GitHub's side and waits out rate limits as GitHub's answers ask for. */
export function openGitHub({ token, repository, apiUrl, log, second = 1000 }: GitHubProps): GitHub {
  const [owner = '', repo = ''] = repository.split('/');
  const waits =
    (limit: string) =>
    (...[seconds, , , retried]: [seconds: number, options: object, octokit: object, retried: number]) => {
      const wait = retried < RETRIES && seconds <= LONGEST_WAIT_SECONDS;
      log.info(
        `GitHub's ${limit} is reached for ${seconds} s; ${wait ? 'waiting' : 'not waiting that long'}.`,
      );
      return wait;
    };
  const options = {
    baseUrl: apiUrl,
    retry: { retries: RETRIES, retryAfterBaseValue: second },
    throttle: {
      // Limiters are shared by id in this process.
      id: apiUrl,
      retryAfterBaseValue: second,
      write: unspaced,
      notifications: unspaced,
      onRateLimit: waits('rate limit'),
      onSecondaryRateLimit: waits('secondary rate limit'),
    },
  };
  // Octokit's own lines about requests would stand between ours.
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const plugins = [heedRetryAfter({ log, second }), retry, throttling] as const;
  return { octokit: getOctokit(token, { ...options, log: silent }, ...plugins), owner, repo, log };
}

/**
 * An Octokit plugin that waits as long as a failing server asks before the retry plugin has its turn, which looks at
 * its own count alone. Rate limits are the throttling plugin's business.
 */
function heedRetryAfter({ log, second = 1000 }: Pick<GitHubProps, 'log' | 'second'>) {
  return ({ hook }: Pick<GitHub['octokit'], 'hook'>) => {
    hook.error('request', async (error, { request }) => {
      const { status, response } = error as { status?: number; response?: { headers: ResponseHeaders } };
      const seconds = Number(response?.headers['retry-after'] ?? 0);
      const again = Number(request['retryCount'] ?? 0) < RETRIES;
      if (status !== undefined && status >= 500 && again && seconds > 0 && seconds <= LONGEST_WAIT_SECONDS) {
        log.info(`GitHub fails with ${status} and asks for ${seconds} s; waiting.`);
        await new Promise((resolve) => setTimeout(resolve, seconds * second));
      }
      throw error;
    });
  };
}

type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

/**
 * The plugin spaces writes by one to three seconds, for programs that write many; a run of ours writes one comment. Of a
 * Bottleneck group the plugin uses this alone.
 */
const unspaced = {
  key: () => ({ schedule: (_options: object, work: () => Promise<void>) => work() }),
} as never;

function ignore(): void {
  // Nothing is said.
}
