import type { DesiredAccess } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import type { PlannedAction, ResourceChange } from './changes.ts';
import { withCorsWrites } from './cors-writes.ts';

/** All that a run is going to do: Terraform's plan, and the CORS rules that are written and removed through S3. */
export interface PlanSummary {
  /** By address, unchanged ones and rules written through S3 included; rules removed through S3 stay in `removals`. */
  readonly changes: readonly ResourceChange[];
  /** As Terraform counts: a replacement adds and destroys one. A rule removed beside others is a change, the last one a destroy. */
  readonly counts: ReturnType<typeof countsOf>;
  /** Whether applying would change AWS or, with a backend, what Terraform's state holds. */
  readonly hasChanges: boolean;
}

interface SummaryProps {
  readonly changes: readonly ResourceChange[];
  readonly desired: Pick<DesiredAccess, 'cors' | 'removals'>;
  readonly observed: Pick<Observed, 'buckets'>;
  /** Whether a Terraform backend keeps state; without one, AWS itself is the state and an import alone changes nothing. */
  readonly backend: boolean;
}

/** Terraform's plan and the run's own CORS calls as one plan. */
export function summarizePlan({ changes, desired, observed, backend }: SummaryProps): PlanSummary {
  const all = withCorsWrites(changes, desired.cors, observed);
  const counts = countsOf(all, desired);
  const touchesAws = counts.add + counts.change + counts.destroy > 0;
  const touchesState = counts.import > 0 || all.some(({ action }) => action === 'forget');
  return { changes: all, counts, hasChanges: touchesAws || (backend && touchesState) };
}

function countsOf(changes: readonly ResourceChange[], { removals }: Pick<DesiredAccess, 'removals'>) {
  const count = (...actions: PlannedAction[]) =>
    changes.filter(({ action }) => actions.includes(action)).length;
  const removed = removals.cors.filter(({ rules }) => rules.kolena !== undefined);
  const emptied = removed.filter(({ rules }) => rules.others.length === 0).length;
  return {
    add: count('create', 'replace'),
    change: count('update') + removed.length - emptied,
    destroy: count('delete', 'replace') + emptied,
    import: changes.filter(({ imported }) => imported).length,
  };
}
