import { UserError } from '../base/errors.ts';
import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import { decideUnobserved } from './decide.ts';
import { asUserError, withNextStep } from './failure.ts';
import type { GivenInputs } from './inputs.ts';
import { startReport } from './report-run.ts';
import type { RunContext } from './run-context.ts';
import type { Reporting } from './settings.ts';

/** The event with the pull request that was commented on; throws `not-approved` when GitHub cannot be asked: it may be a fork's. */
export async function completeEvent(
  event: EventContext,
  pullRequests: PullRequests | undefined,
): Promise<EventContext> {
  const { commentedPullRequest: number } = event;
  if (number === undefined) return event;
  const unknown = (cause?: unknown) =>
    new UserError({
      reason: 'not-approved',
      message: `Whether pull request ${number}, which was commented on, comes from a fork could not be asked of GitHub${cause instanceof Error ? `: ${cause.message}` : ''}.`,
      remedy: 'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
      cause,
    });
  if (pullRequests === undefined) throw unknown();
  const { branch, ...pullRequest } = await pullRequests.describe(number).catch((cause: unknown) => {
    throw unknown(cause);
  });
  return { ...event, branch, pullRequest, ...(!pullRequest.merged && { commit: pullRequest.head }) };
}

/** Why a run gets no AWS credentials, as a sentence; undefined when it does. */
export function whyWithoutCredentials(
  { fork: followed, pullRequest, isWithoutToken }: EventContext,
  settings: Reporting,
): string | undefined {
  const nothing = 'nothing was planned, applied or verified.';
  const fork = followed ?? pullRequest?.fork;
  if (fork !== undefined)
    return followed === undefined
      ? `This pull request comes from the fork ${fork}, to which GitHub gives no AWS credentials: ${nothing}`
      : `This run follows a workflow of the fork ${fork}, whose code gets no AWS credentials: ${nothing}`;
  if (isWithoutToken === true && settings['role-to-assume'] !== undefined)
    return `Dependabot started this run, and GitHub gives it no ID token for \`role-to-assume\`: ${nothing}`;
  return undefined;
}

/** A green run with neither OIDC nor a token that writes: its config is checked and synthesized, and AWS is not asked. */
export async function skipWithoutCredentials(
  { edges, event }: Pick<RunContext, 'edges' | 'event'>,
  { inputs, reporting, skipped }: GivenInputs & { readonly skipped: string },
): Promise<void> {
  const { runner, writeFile } = edges;
  runner.notice(skipped);
  const report = startReport({ runner, writeFile, event, settings: reporting, configFiles: [] });
  try {
    if (inputs instanceof UserError) throw inputs;
    report.add({ config: inputs.config });
    const desired = decideUnobserved(inputs);
    const stack = await edges.loadStack();
    const json = stack.synthesizeAccess(desired, inputs.stackSettings);
    report.output({ 'terraform-json-path': writeFile('cdk.tf.json', json), skipped: true });
    report.note(`${skipped} The config is valid and was synthesized; a maintainer's branch shows the plan.`);
    report.add({ desired, outcome: 'skipped' });
    await report.publish({ changed: false });
  } catch (error) {
    // Whatever its config holds: a fork's run may be a required check.
    runner.warning(withNextStep(asUserError(error, reporting.command)));
    runner.output({ skipped: true });
    runner.summary(`${skipped} Its config has problems; the log's annotation names them all.`);
  }
}
