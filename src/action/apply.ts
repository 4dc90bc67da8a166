import type { ReadRules } from '../aws/cors.ts';
import { approve } from './approve.ts';
import { isOvertaken } from './overtaken.ts';
import type { Planned } from './plan.ts';
import type { RunContext } from './run-context.ts';

/** Applies the saved plan, and gives the CORS rules read after the writes; undefined, and nothing is done, when the branch has gone on. */
export async function apply(run: RunContext, planned: Planned): Promise<readonly ReadRules[] | undefined> {
  const { edges, report } = run;
  const { aws, observed, desired, terraform, summary } = planned;
  let readRules: readonly ReadRules[] = [];
  // Nothing to apply needs nobody's approval: a run that is repeated passes.
  if (summary.hasChanges) {
    if (run.settings['require-approved-plan']) await approve(run, planned);
    if (await isOvertaken(run)) return undefined;
    await aws.requireUnchangedCors(observed);
    // Before the policies go, which tell which buckets were granted.
    await aws.removeKolenaRules(desired.removals.cors);
    await terraform.apply();
    // Beside other rules Terraform writes nothing, and elsewhere not always what it was told to.
    readRules = await aws.putBackCors(desired.cors);
    for (const { bucket } of readRules.filter(({ isWritten }) => isWritten))
      edges.runner.info(`CORS rules of ${bucket} written; other rules are unchanged.`);
  }
  report.add({ outcome: desired.role === undefined ? 'destroyed' : 'applied', writesDone: true });
  return readRules;
}
