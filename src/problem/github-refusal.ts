/** How GitHub failed: for good, or for a reason that passes by itself. */
export type GitHubFailure = 'refused' | 'passing';

/**
 * A 4xx is GitHub's answer to what was asked, except for rate limits, which come as 403 or 429:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function failureOf(error: unknown): GitHubFailure {
  const { status, response } = error as {
    status?: unknown;
    response?: { headers?: Record<string, unknown> };
  };
  if (typeof status !== 'number' || status < 400 || status >= 500 || status === 408 || status === 429)
    return 'passing';
  const headers = response?.headers ?? {};
  const limited =
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining'] === '0' ||
    /\brate limit\b/i.test(messageOf(error));
  return limited ? 'passing' : 'refused';
}

/** What GitHub said, on one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
}

/** Whether GitHub has no such page or does not let this token see it; GraphQL says the latter in a 200. */
export function isHidden(error: unknown): boolean {
  const { status, errors } = error as { status?: unknown; errors?: readonly { readonly type?: string }[] };
  return status === 403 || status === 404 || errors?.some(({ type }) => type === 'FORBIDDEN') === true;
}
