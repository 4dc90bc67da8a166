import { tellUse } from '../access/role-use.ts';
import type { Decided } from './decide.ts';
import type { RunContext } from './run-context.ts';

/** Tells when Kolena last came in, as far as this run is allowed to know. A verification does not fail by it. */
export async function tellKolenaUse(run: RunContext, { aws, observed, desired }: Decided): Promise<void> {
  const { role } = observed;
  if (role === undefined) return;
  const trail = await aws.kolenaInTrail(run.config, observed);
  const { note, info, warning } = tellUse({ trail, role, now: new Date() });
  run.report.output({ 'kolena-last-seen': trail.last?.time ?? '' });
  if (note !== undefined) run.report.note(note);
  if (info !== undefined) run.edges.runner.info(info);
  // An access that has ended is not used, as it should be.
  const hasEnded = desired.warnings.some(({ id }) => id === 'access-ended');
  if (warning !== undefined && !hasEnded)
    run.report.add({ desired: { ...desired, warnings: [...desired.warnings, warning] } });
}
