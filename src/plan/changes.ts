import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';
import { isMapping, valueAt } from '../base/mapping.ts';
import { byCodeUnits } from '../base/sort-keys.ts';

/** What Terraform is about to do with one resource. */
export type PlannedAction = 'create' | 'update' | 'replace' | 'delete' | 'forget' | 'no-op';

/** One resource of a plan. */
export interface ResourceChange {
  /** Terraform's address, which begins with the type: `aws_iam_role.kolena`. */
  readonly address: string;
  readonly type: string;
  readonly action: PlannedAction;
  /** Whether it exists already and is brought in by an import block. */
  readonly imported: boolean;
  /** Attribute values, absent on creation and deletion, less sensitive ones and those known only after apply. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

// `terraform show -json tfplan`: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
const attributes = z.record(z.string(), z.unknown()).nullish();
const changeSchema = z.object({
  address: z.string(),
  mode: z.enum(['managed', 'data']),
  type: z.string(),
  change: z.object({
    actions: z.array(z.string()),
    before: attributes,
    after: attributes,
    after_unknown: z.unknown().optional(),
    before_sensitive: z.unknown().optional(),
    after_sensitive: z.unknown().optional(),
    importing: z.unknown().optional(),
  }),
});
const planSchema = z.object({
  resource_changes: z.array(changeSchema).default([]),
  deferred_changes: z.array(z.unknown()).default([]),
  errored: z.boolean().default(false),
  // Absent before Terraform 1.8 and in OpenTofu, which both know no partial plans.
  complete: z.boolean().default(true),
});

const plannedActions: Readonly<Record<string, PlannedAction>> = {
  'no-op': 'no-op',
  create: 'create',
  update: 'update',
  delete: 'delete',
  forget: 'forget',
  'delete,create': 'replace',
  'create,delete': 'replace',
};

/** What a plan does to each resource, sorted by address; throws `plan-failed` for an errored or incomplete plan. */
export function readChanges(planJson: unknown): ResourceChange[] {
  const parsed = planSchema.safeParse(planJson);
  if (!parsed.success)
    throw unreadable(`Its JSON is not a plan: ${z.prettifyError(parsed.error)}`, parsed.error);
  const plan = parsed.data;
  // Nobody can approve what is not known.
  if (plan.errored) throw unreadable('It ended with errors, so it holds only a part of the changes.');
  if (!plan.complete || plan.deferred_changes.length > 0)
    throw unreadable(
      `It is incomplete: Terraform deferred ${plan.deferred_changes.length} resources to a later plan.`,
    );
  return plan.resource_changes
    .filter(({ mode }) => mode === 'managed')
    .map(toChange)
    .sort((a, b) => byCodeUnits(a.address, b.address));
}

function toChange({ address, type, change }: z.output<typeof changeSchema>): ResourceChange {
  const action = plannedActions[change.actions.join(',')];
  if (action === undefined)
    throw unreadable(
      `It wants to ${JSON.stringify(change.actions)} ${address}, which this version does not know.`,
    );
  const before = visible(change.before, [change.before_sensitive]);
  const after = visible(change.after, [change.after_unknown, change.after_sensitive]);
  return {
    address,
    type,
    action,
    imported: isMapping(change.importing),
    ...defined({
      before: isMapping(before) ? before : undefined,
      after: isMapping(after) ? after : undefined,
    }),
  };
}

/** A value without the parts that one of the masks, which have the value's shape, marks with `true`. */
function visible(value: unknown, masks: readonly unknown[]): unknown {
  if (masks.includes(true)) return undefined;
  const part = (item: unknown, key: string | number) =>
    visible(
      item,
      masks.map((mask) => valueAt(mask, [key])),
    );
  if (Array.isArray(value)) return value.map(part).filter((item) => item !== undefined);
  if (!isMapping(value)) return value;
  return defined(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, part(item, key)])));
}

function unreadable(message: string, cause?: unknown): UserError {
  return new UserError({
    reason: 'plan-failed',
    message: `The Terraform plan cannot be used. ${message}`,
    remedy: 'Run the command again; if the error stays, set `terraform-version` to another version.',
    cause,
  });
}
