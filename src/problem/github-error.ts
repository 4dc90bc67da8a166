import { saidBy } from '../base/errors.ts';

/** What is read of an error of Octokit, whose network failures have the status 500. */
interface Thrown {
  readonly status?: unknown;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
  readonly errors?: readonly { readonly type?: string }[];
}

/** The status of GitHub's answer; `undefined` for an error of another kind. */
export function statusOf(error: unknown): number | undefined {
  const { status } = error as Thrown;
  return typeof status === 'number' ? status : undefined;
}

/** A header of GitHub's answer as a number; `undefined` where it is absent, or no number. */
export function numberIn(error: unknown, header: string): number | undefined {
  const value = Number((error as Thrown).response?.headers?.[header] ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** The rate limit that a 403 or 429 tells of, with the seconds to wait if told; `now` in milliseconds since 1970. */
export function rateLimitIn(error: unknown, now: number) {
  // https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
  const status = statusOf(error);
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = numberIn(error, 'retry-after');
  const used = numberIn(error, 'x-ratelimit-remaining') === 0;
  if (status === 403 && retryAfter === undefined && !used && !/\brate limit\b/i.test(messageOf(error)))
    return undefined;
  const kind = used ? 'rate limit' : 'secondary rate limit';
  const reset = used ? numberIn(error, 'x-ratelimit-reset') : undefined;
  const seconds = retryAfter ?? (reset && Math.max(0, Math.ceil(reset - now / 1000)));
  return seconds === undefined ? { kind } : { kind, seconds };
}

/** Whether GitHub refused what was asked, for good: a 4xx that is neither a timeout nor a rate limit. */
export function isRefused(error: unknown): boolean {
  const status = statusOf(error) ?? 500;
  return status >= 400 && status < 500 && status !== 408 && rateLimitIn(error, 0) === undefined;
}

/** What GitHub said, on one line. */
export function messageOf(error: unknown): string {
  return saidBy(error).replace(/\s+/g, ' ');
}

/** Why GitHub did not do something that stops nothing: refused, with the step that helps, or failing for a passing reason. */
export function warningOf(error: unknown, what: string, remedy: string): string {
  if (!isRefused(error)) return `${what} not up to date: GitHub kept failing (${messageOf(error)}).`;
  return `${what} not up to date: GitHub refused with ${statusOf(error) ?? 'an error'}: ${messageOf(error)}\nNext step: ${remedy}\n${neededPermissions(error)}`;
}

/** Whether GitHub has no such page or does not let this token see it; GraphQL says the latter in a 200. */
export function isHidden(error: unknown): boolean {
  const { status, errors } = error as Thrown;
  return status === 403 || status === 404 || errors?.some(({ type }) => type === 'FORBIDDEN') === true;
}

/** The job's `permissions:` block with what a refused request needs. */
export function neededPermissions(error: unknown): string {
  const header = (error as Thrown).response?.headers?.['x-accepted-github-permissions'];
  // As `issues=write; pull_requests=write`: https://docs.github.com/rest/overview/troubleshooting-the-rest-api
  const alternatives = String(header ?? '')
    .split(';')
    .map((set) => [...set.matchAll(/(\w+)=(read|write)/g)])
    .map((set) => set.map(([, name = '', access = '']) => [name.replaceAll('_', '-'), access] as const));
  const named = alternatives.find((set) => set.some(([name]) => name === 'pull-requests')) ?? alternatives[0];
  const needed: Record<string, string> = { 'pull-requests': 'write', contents: 'read', 'id-token': 'write' };
  // Every token reads metadata, and the block has no name for it.
  for (const [name, access] of named ?? [])
    if (name !== 'metadata' && needed[name] !== 'write') needed[name] = access;
  const lines = Object.entries(needed).map(([name, access]) => `\n  ${name}: ${access}`);
  return `permissions:${lines.join('')}`;
}
