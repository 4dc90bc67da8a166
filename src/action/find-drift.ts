import { driftOf, type Drift, trailResources } from '../plan/drift.ts';
import { messageOf } from '../problem/github-error.ts';
import { shownOnPulls } from './approve.ts';
import type { Planned } from './plan.ts';
import type { RunContext } from './run-context.ts';
import { isRemoval } from './settings.ts';

/** What of a plan is drift, of a run by the clock or by hand; undefined elsewhere, and where it cannot be told. */
export async function findDrift(run: RunContext, planned: Planned): Promise<Drift | undefined> {
  const { edges, event, settings, pullRequests, report } = run;
  const { hasChanges } = planned.summary;
  const isAsked = settings['drift-issue'] || (settings['fail-on-changes'] && hasChanges);
  const isQuiet = event.kind === 'schedule' || event.kind === 'workflow_dispatch';
  if (!isAsked || !isQuiet || isRemoval(settings)) return undefined;
  try {
    if (pullRequests === undefined) throw new Error('there is no GitHub token');
    const { branch } = event;
    if (event.kind !== 'schedule' && (branch === undefined || !(await pullRequests.isApproving(branch))))
      throw new Error(`${branch ?? 'this ref'} is neither the default branch nor a protected one`);
    // Without a backend every run takes what stands into a state that it throws away.
    const facts = planned.facts.filter(({ kind }) => kind !== 'state' || settings.backend !== undefined);
    const shown = hasChanges ? await shownOnPulls({ ...run, pullRequests }, planned, false) : undefined;
    const drift: Drift = shown ? driftOf({ ...shown, facts, now: Date.now() }) : { waiting: [], drifted: [] };
    const ofAws = drift.drifted.filter(({ side }) => side !== 'config');
    const changedBy = await planned.aws.lastChanges(trailResources(ofAws, planned.observed));
    report.add({ drift: { ...drift, changedBy } });
    return drift;
  } catch (error) {
    edges.runner.warning(
      `This run cannot tell drift from approved changes that wait for their apply: ${messageOf(error)}. Every change counts as drift, and no issue is opened or closed.\nNext step: Run on the default branch, with \`permissions: pull-requests: read\`.`,
    );
    return undefined;
  }
}
