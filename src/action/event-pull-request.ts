import { UserError } from '../base/errors.ts';
import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';

/**
 * The event with the pull request that was commented on, of which its payload tells neither head nor fork.
 *
 * @throws UserError `not-approved` when GitHub cannot be asked: it may be a fork's
 */
export async function completeEvent(
  event: EventContext,
  pullRequests: PullRequests | undefined,
): Promise<EventContext> {
  const number = event.commentedPullRequest;
  if (number === undefined) return event;
  const described = await pullRequests?.describe(number).catch((cause: unknown) => {
    throw unknownPullRequest(number, cause);
  });
  if (described === undefined) throw unknownPullRequest(number);
  const { branch, ...pullRequest } = described;
  return { ...event, branch, pullRequest, ...(!pullRequest.merged && { commit: pullRequest.head }) };
}

function unknownPullRequest(number: number, cause?: unknown): UserError {
  return new UserError({
    reason: 'not-approved',
    message: `Whether pull request ${number}, which was commented on, comes from a fork could not be asked of GitHub${cause instanceof Error ? `: ${cause.message}` : ''}.`,
    remedy: 'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
    cause,
  });
}
