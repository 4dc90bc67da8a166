import { settleAll } from '../base/settle-all.ts';
import { policyAddresses } from '../plan/addresses.ts';
import { countChanges, hasChanges } from '../plan/changes.ts';
import { withCorsWrites } from '../plan/cors-writes.ts';
import { planDigest } from '../plan/digest.ts';
import { guardDestroy } from '../plan/guard.ts';
import type { Terraform, TerraformPlan } from '../terraform/terraform.ts';
import type { Check } from '../verify/check.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { decide, type Decided } from './decide.ts';
import { requireCompleteDestroy } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { expectationOptionsOf } from './settings.ts';

/** A saved plan, ready to be applied; its summary holds the CORS rules too that are written through S3. */
export interface Planned extends Decided, TerraformPlan {
  readonly terraform: Terraform;
  readonly digest: string;
  /** What IAM's simulator says of the planned documents. */
  readonly checks: readonly Check[];
  /** Whether applying would do anything. */
  readonly changed: boolean;
}

/** Plans, reports the plan, and refuses one that takes away what has to stay. */
export async function plan(run: RunContext): Promise<Planned> {
  const { settings } = run;
  const planned = await makePlan(run);
  reportPlan(run, planned);
  const { summary, desired } = planned;
  guardDestroy(summary, {
    allowDestroy: settings['allow-destroy'],
    expectedDeletes: desired.role === undefined ? [] : desired.removals.policies.flatMap(policyAddresses),
  });
  requireCompleteDestroy(summary, desired, settings);
  return planned;
}

async function makePlan(run: RunContext): Promise<Planned> {
  const { edges, settings, stackSettings } = run;
  const stack = await edges.loadStack();
  const aws = await edges.signIn(settings);
  const terraform = await edges.openTerraform(run, () => aws.environment());
  // Terraform starts while AWS is looked at.
  const providers = stack.synthesizeProviders(settings['aws-region'], stackSettings);
  const [decided] = await settleAll([decide(run, aws), terraform.init(providers)]);
  const { observed, desired } = decided;

  const leaves = desired.removals.role !== undefined || desired.removals.policies.length > 0;
  if (leaves && stackSettings.backend === undefined)
    await terraform.adopt(stack.synthesizeAdoption(desired, stackSettings));
  const [saved, checks] = await settleAll([
    terraform.plan(stack.synthesizeAccess(desired, stackSettings)),
    simulate(run, decided),
  ]);
  const summary = withCorsWrites(saved.summary, desired, observed);
  const digest = await planDigest({ ...saved, summary, corsRemovals: desired.removals.cors });
  const changed = hasChanges({ plan: summary, desired, backend: settings.backend !== undefined });
  const throughS3 = summary.counts.change - saved.summary.counts.change;
  if (throughS3 > 0)
    edges.runner.info(
      `Beside Terraform's plan, the CORS rules of ${throughS3} bucket(s) change, through S3.`,
    );
  return { ...decided, ...saved, terraform, summary, digest, checks, changed };
}

async function simulate({ config, settings }: RunContext, { aws, desired }: Decided) {
  if (settings.verify === 'off' || desired.role === undefined) return [];
  return aws.simulatePlanned(desired, expectationsOf(config, desired, expectationOptionsOf(settings)));
}

function reportPlan({ report }: RunContext, planned: Planned): void {
  const { summary, desired, digest, checks, changed } = planned;
  report.add({
    outcome: 'planned',
    plan: summary,
    rawDiff: planned.diff,
    digest,
    plannedChecks: checks,
  });
  const counts = countChanges({ plan: summary, desired });
  report.output({
    'has-changes': changed,
    'to-add': counts.add,
    'to-change': counts.change,
    'to-destroy': counts.destroy,
    'to-import': counts.import,
    'plan-digest': digest,
    'plan-json-path': planned.planJsonPath,
    'terraform-json-path': planned.terraformJsonPath,
  });
}
