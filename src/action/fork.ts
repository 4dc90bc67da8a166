import { UserError } from '../base/errors.ts';
import type { EventContext } from '../github/event.ts';
import { decideUnobserved } from './decide.ts';
import { asUserError, withNextStep } from './failure.ts';
import type { GivenInputs } from './inputs.ts';
import { startReport } from './report-run.ts';
import type { RunContext } from './run-context.ts';
import type { Reporting } from './settings.ts';

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

/**
 * A run that gets neither OIDC nor a token that writes: its config is checked and synthesized, AWS is not asked, and the
 * run is green.
 */
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
