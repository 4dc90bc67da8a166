import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Report } from '../report/report.ts';

/** The report for the comment: a first plan that ends after the merge counts as not seen, and says so, unless a person asked for it. */
export async function toldWhenLate(
  report: Report,
  { pullRequest, isAnew }: EventContext,
  pullRequests: PullRequests,
): Promise<Report> {
  const { command, shown } = report;
  if (command !== 'plan' || shown === undefined || pullRequest === undefined || isAnew === true)
    return report;
  // A server that does not answer now refuses the comment itself, which is told.
  const described = await pullRequests.describe(pullRequest.number).catch(() => undefined);
  if (described?.merged !== true) return report;
  return {
    ...report,
    // Until now it was not there to be seen.
    shown: { ...shown, plannedAt: new Date().toISOString() },
    notes: [
      ...report.notes,
      `Pull request ${pullRequest.number} was merged before this plan was shown, so nobody saw it before the merge: with \`require-approved-plan\` it approves nothing. To have it seen and approved, start this workflow again, or by \`workflow_dispatch\` with \`command: plan\`.`,
    ],
  };
}
