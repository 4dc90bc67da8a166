import type { DesiredAccess } from '../access/desired-access.ts';
import { corsAddress } from './addresses.ts';
import type { PlanSummary, ResourceChange } from './summary.ts';

/** How many resources a run creates, changes, destroys and adopts; CORS rules taken away through S3 included. */
export type ChangeCounts = PlanSummary['counts'];

/** What decides on a run's changes: a plan, and the CORS removals that Terraform doesn't know of. */
export interface PlannedChanges {
  readonly plan: PlanSummary;
  readonly desired: Pick<DesiredAccess, 'removals'>;
  /** Whether a Terraform backend keeps state; without one, AWS itself is the state and an import alone changes nothing. */
  readonly backend: boolean;
}

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

/** One line of the table of resources. */
export interface ResourceRow {
  readonly action: ActionWord;
  /** In AWS's words: "IAM role", "CORS rules of bucket". */
  readonly kind: string;
  readonly name: string;
  readonly address: string;
  /** The change as Terraform planned it; absent for a CORS rule taken away through S3. */
  readonly change?: ResourceChange;
}

/** The plan's counts plus the CORS removals: a rule taken from among foreign ones is a change, the last one a destroy. */
export function countChanges({ plan, desired }: Omit<PlannedChanges, 'backend'>): ChangeCounts {
  const removals = desired.removals.cors.filter(({ present }) => present);
  const emptied = removals.filter(({ keep }) => keep.length === 0).length;
  return {
    ...plan.counts,
    change: plan.counts.change + removals.length - emptied,
    destroy: plan.counts.destroy + emptied,
  };
}

/** Whether applying would change AWS or, with a backend, what Terraform's state holds. */
export function hasChanges({ plan, desired, backend }: PlannedChanges): boolean {
  const { add, change, destroy, import: imported } = countChanges({ plan, desired });
  const stateOnly = imported > 0 || plan.changes.some(({ action }) => action === 'forget');
  return add + change + destroy > 0 || (backend && stateOnly);
}

/** Every resource that the run touches or leaves as it is, what changes first. */
export function resourceRows({ plan, desired, backend }: PlannedChanges): ResourceRow[] {
  const removals = desired.removals.cors.filter(({ present }) => present);
  const taken = new Set(removals.map(({ bucket }) => corsAddress(bucket)));
  const names = new Map(plan.changes.map((change) => [change.address, nameOf(change)]));
  const rows = plan.changes
    // Terraform only lets go of what is taken away through S3: one line for both.
    .filter(({ action, address }) => action !== 'forget' || !taken.has(address))
    .map((change) => rowOf(change, { backend, names }));
  const removalRows = removals.map(({ bucket, keep }): ResourceRow => {
    const action = keep.length > 0 ? 'remove rule' : 'delete';
    return {
      action,
      kind: kinds['aws_s3_bucket_cors_configuration'] ?? '',
      name: bucket,
      address: corsAddress(bucket),
    };
  });
  const rank = ({ action, kind }: ResourceRow) =>
    (action === 'unchanged' ? order.length : 0) + order.indexOf(kind);
  return [...rows, ...removalRows].sort((a, b) => rank(a) - rank(b));
}

const kinds: Readonly<Record<string, string>> = {
  aws_iam_role: 'IAM role',
  aws_iam_policy: 'IAM policy',
  aws_iam_role_policy_attachment: 'Attachment of policy',
  aws_s3_bucket_cors_configuration: 'CORS rules of bucket',
};

/** Who may read, then what, then how the browser does. */
const order = Object.values(kinds);

function rowOf(
  change: ResourceChange,
  { backend, names }: { backend: boolean; names: ReadonlyMap<string, string> },
): ResourceRow {
  const { address, type } = change;
  // An attachment is named as its policy, whose ARN is unknown until it is created.
  const named = address.replace(/^aws_iam_role_policy_attachment\./, 'aws_iam_policy.');
  return {
    action: actionWord(change, backend),
    kind: kinds[type] ?? type,
    name: names.get(named) ?? nameOf(change),
    address,
    change,
  };
}

function actionWord({ action, imported }: ResourceChange, backend: boolean): ActionWord {
  const adopted = imported && backend;
  switch (action) {
    case 'update':
      return adopted ? 'adopt and change' : 'change';
    case 'no-op':
      return adopted ? 'adopt' : 'unchanged';
    case 'create':
    case 'replace':
    case 'delete':
    case 'forget':
      return action;
  }
}

function nameOf({ address, before, after }: ResourceChange): string {
  const named = { ...before, ...after };
  const name = named['name'] ?? named['bucket'];
  return typeof name === 'string' ? name : address;
}
