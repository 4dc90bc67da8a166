import { decideAccess } from '../access/decide-access.ts';
import { nothingObserved } from '../access/observed.ts';
import type { Edges } from './edges.ts';
import { UserError } from '../base/errors.ts';
import { startJob } from './job.ts';
import { publishReport } from './publish.ts';

/**
 * A fork's pull request gets neither OIDC nor a token that writes: its config is checked and synthesized, AWS is not
 * asked, and the run is green.
 */
export async function skipFork(edges: Edges, fork: string): Promise<void> {
  const skipped = `This pull request comes from the fork ${fork}, to which GitHub gives no AWS credentials: nothing was planned, applied or verified.`;
  edges.runner.notice(skipped);
  try {
    const job = startJob(edges);
    const desired = decideAccess(job.config, nothingObserved, job.decideOptions);
    const stack = await edges.loadStack();
    const json = stack.synthesizeAccess(desired, job.stackSettings);
    job.report.output({ 'terraform-json-path': edges.writeTerraformJson(json), skipped: true });
    job.report.note(
      `${skipped} The config is valid and was synthesized; a maintainer's branch shows the plan.`,
    );
    job.report.add({ desired, outcome: 'skipped' });
    publishReport(job);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    edges.runner.warning(`${error.message}\nNext step: ${error.remedy}`);
    edges.runner.output({ skipped: true });
    edges.runner.summary(`${skipped} Its config has problems; the log's annotation names them all.`);
  }
}
