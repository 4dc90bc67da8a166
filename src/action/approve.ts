import { UserError } from '../base/errors.ts';
import { requireApproval } from '../github/approval.ts';
import type { Job } from './job.ts';
import { renderDifference } from '../report/render.ts';

/** With `require-approved-plan`: throws `not-approved` or `plan-changed` unless the merged comment showed this plan. */
export async function requireApproved(job: Job): Promise<void> {
  const { digest } = job.report.current;
  if (!job.settings['require-approved-plan'] || digest === undefined) return;
  if (job.pullRequests === undefined)
    throw new UserError({
      reason: 'not-approved',
      message:
        '`require-approved-plan` needs the pull request comment, and there is no GitHub token to read it with.',
      remedy: 'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
    });
  requireApproval({
    approval: await job.pullRequests.findApproval(job.settings['comment-key']),
    digest,
    difference: renderDifference(job.report.current, (text) => job.edges.runner.masked(text)),
  });
}
