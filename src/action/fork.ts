import { UserError } from '../base/errors.ts';
import { decideUnobserved } from './decide.ts';
import type { Edges } from './edges.ts';
import { startReport } from './report-run.ts';

/**
 * A fork's pull request gets neither OIDC nor a token that writes: its config is checked and synthesized, AWS is not
 * asked, and the run is green.
 */
export async function skipFork(edges: Edges, fork: string): Promise<void> {
  const { runner, event } = edges;
  const skipped = `This pull request comes from the fork ${fork}, to which GitHub gives no AWS credentials: nothing was planned, applied or verified.`;
  runner.notice(skipped);
  const { inputs, reporting } = edges.readInputs();
  const report = startReport({ runner, event, settings: reporting });
  try {
    if (inputs instanceof UserError) throw inputs;
    report.add({ config: inputs.config });
    const desired = decideUnobserved(inputs);
    const stack = await edges.loadStack();
    const json = stack.synthesizeAccess(desired, inputs.stackSettings);
    report.output({ 'terraform-json-path': edges.writeTerraformJson(json), skipped: true });
    report.note(`${skipped} The config is valid and was synthesized; a maintainer's branch shows the plan.`);
    report.add({ desired, outcome: 'skipped' });
    await report.publish({ changed: false });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    runner.warning(`${error.message}\nNext step: ${error.remedy}`);
    runner.output({ skipped: true });
    runner.summary(`${skipped} Its config has problems; the log's annotation names them all.`);
  }
}
