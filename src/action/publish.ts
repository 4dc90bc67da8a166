import type { DesiredAccess } from '../access/desired-access.ts';
import type { Edges } from './edges.ts';
import { asUserError } from './failure.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { InvalidInputs } from './inputs.ts';
import { startTelling, type Telling } from './job.ts';
import type { PlanSummary } from '../plan/summary.ts';
import { renderComment, renderSummary } from '../report/render.ts';
import type { Report } from '../report/report.ts';
import type { Outputs } from './runner.ts';
import { parseSettings } from './settings.ts';
import { isVerified } from '../verify/check.ts';

/** Writes outputs, job summary and comment; throws `comment-failed` last, so that a refused comment hides nothing. */
export async function publish(job: Telling): Promise<void> {
  publishReport(job);
  const { failure } = job.report.current;
  try {
    await comment(job);
  } catch (error) {
    // The run's own failure is the one that the user has to mend first.
    if (failure === undefined) throw error;
    const { message, remedy } = asUserError(error, job.settings.command);
    job.edges.runner.warning(`${message}\nNext step: ${remedy}`);
  }
}

/** Tells of inputs that are not valid wherever the valid ones allow it: a pull request whose settings are wrong has no comment. */
export async function publishInvalid(edges: Edges, error: InvalidInputs): Promise<void> {
  const settings = error.settings ?? { ...parseSettings({ 'aws-region': 'us-east-1' }), comment: 'never' };
  const telling = startTelling(edges, { settings });
  telling.report.fail(error);
  await publish(telling);
}

/** Writes warnings, outputs and job summary. */
export function publishReport({ edges, report }: Telling): void {
  for (const { message, remedy } of report.current.desired?.warnings ?? [])
    edges.runner.warning(remedy === undefined ? message : `${message}\nNext step: ${remedy}`);
  edges.runner.output({ ...outputsOf(report.current), ...report.outputs });
  edges.runner.summary(renderSummary(report.current, (text) => edges.runner.masked(text)));
}

async function comment(job: Telling): Promise<void> {
  const { edges, pullRequests, report, settings } = job;
  if (pullRequests === undefined || settings.comment === 'never') return;
  const target = await commentedPullRequest(job, pullRequests);
  if (target === undefined) return;
  if ('kind' in target) {
    edges.runner.warning(target.message);
    return;
  }
  const { current } = report;
  const result = await pullRequests.saveComment({
    number: target.number,
    key: settings['comment-key'],
    mode: settings.comment,
    changed: current.plan?.hasChanges === true || current.failure !== undefined,
    render: (previous) =>
      renderComment(current, {
        key: settings['comment-key'],
        head: target.head,
        mask: (text) => edges.runner.masked(text),
        ...(previous !== undefined && { previous }),
      }),
  });
  if (result.kind === 'warning') edges.runner.warning(result.message);
  if (result.kind === 'saved') edges.runner.output({ 'comment-id': result.id, 'comment-url': result.url });
}

/** The pull request that the event is about; after a merge the one that brought the commit in. */
async function commentedPullRequest({ edges, settings }: Telling, pullRequests: PullRequests) {
  if (edges.event.pullRequest !== undefined) return edges.event.pullRequest;
  const followsUp = settings.command === 'apply' || settings.command === 'destroy';
  return followsUp ? pullRequests.findMerged() : undefined;
}

function outputsOf({ config, desired, plan, digest, checks, failure }: Report): Outputs {
  return {
    ...(config !== undefined && { 'role-name': config.roleName }),
    ...(desired !== undefined && arnsOf(desired)),
    ...(plan !== undefined && changesOf(plan)),
    ...(digest !== undefined && { 'plan-digest': digest }),
    ...(checks !== undefined && { verified: isVerified(checks), checks }),
    ...(failure !== undefined && { 'failure-reason': failure.reason }),
  };
}

function arnsOf({ partition, accountId, role, policies }: DesiredAccess): Outputs {
  if (accountId === undefined || role === undefined) return {};
  const iam = `arn:${partition}:iam::${accountId}`;
  return {
    'role-arn': `${iam}:role${role.path}${role.name}`,
    'policy-arns': policies.map(({ name, path }) => `${iam}:policy${path}${name}`),
  };
}

function changesOf({ counts, hasChanges }: PlanSummary): Outputs {
  return {
    'has-changes': hasChanges,
    'to-add': counts.add,
    'to-change': counts.change,
    'to-destroy': counts.destroy,
    'to-import': counts.import,
  };
}
