import type { DesiredAccess } from '../access/desired-access.ts';
import type { ResourceChange } from './changes.ts';
import { corsAddress, labelOf, nameOf, rankOfType, resourceKinds } from './resources.ts';
import type { PlanSummary } from './summary.ts';

/** The word for what happens to a resource, as the reader sees it. */
export type ActionWord =
  | 'create'
  | 'change'
  | 'adopt'
  | 'adopt and change'
  | 'remove rule'
  | 'replace'
  | 'delete'
  | 'forget'
  | 'unchanged';

/** One line of the table of resources; `label` is in AWS's words, as "CORS rules of bucket". */
export interface ResourceRow {
  readonly action: ActionWord;
  readonly type: string;
  readonly label: string;
  readonly name: string;
  readonly address: string;
  /** The change as Terraform planned it; absent for a CORS rule removed through S3. */
  readonly change?: ResourceChange;
}

/** A plan and what a table of it needs beside. */
export interface RowsProps {
  readonly plan: Pick<PlanSummary, 'changes'>;
  readonly desired: Pick<DesiredAccess, 'removals'>;
  /** Whether a Terraform backend keeps state; only then is an import told. */
  readonly backend: boolean;
}

/** Every resource that the run touches or leaves as it is, what changes first. */
export function resourceRows({ plan, desired, backend }: RowsProps): ResourceRow[] {
  const removals = desired.removals.cors.filter(({ rules }) => rules.kolena !== undefined);
  const removed = new Set(removals.map(({ bucket }) => corsAddress(bucket)));
  const rows: Omit<ResourceRow, 'label'>[] = [
    ...plan.changes
      // Terraform only forgets what is removed through S3: one row for both.
      .filter(({ action, address }) => action !== 'forget' || !removed.has(address))
      .map((change) => ({
        action: actionWord(change, backend),
        type: change.type,
        name: nameOf(change, plan.changes),
        address: change.address,
        change,
      })),
    ...removals.map(({ bucket, rules }) => ({
      action: rules.others.length > 0 ? ('remove rule' as const) : ('delete' as const),
      type: resourceKinds.cors.type,
      name: bucket,
      address: corsAddress(bucket),
    })),
  ];
  const isUnchanged = ({ action }: Pick<ResourceRow, 'action'>) => Number(action === 'unchanged');
  return rows
    .sort((a, b) => isUnchanged(a) - isUnchanged(b) || rankOfType(a.type) - rankOfType(b.type))
    .map((row) => ({ ...row, label: labelOf(row.type) }));
}

function actionWord({ action, imported }: ResourceChange, backend: boolean): ActionWord {
  const adopted = imported && backend;
  if (action === 'update') return adopted ? 'adopt and change' : 'change';
  if (action === 'no-op') return adopted ? 'adopt' : 'unchanged';
  return action;
}
