import { settleAll } from '../base/settle-all.ts';
import { corsWrites } from '../plan/cors-writes.ts';
import { planDigest } from '../plan/digest.ts';
import { guardDestroy } from '../plan/guard.ts';
import { policyAddresses } from '../plan/resources.ts';
import { summarizePlan, type PlanSummary } from '../plan/summary.ts';
import type { Terraform, TerraformPlan } from '../terraform/terraform.ts';
import type { Check } from '../verify/check.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { judgeSimulation } from '../verify/judge-simulation.ts';
import { simulationQuestions } from '../verify/simulation.ts';
import { decide, type Decided } from './decide.ts';
import { requireCompleteDestroy } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { expectationOptionsOf } from './settings.ts';

/** A saved plan, ready to be applied. */
export interface Planned extends Decided, TerraformPlan {
  readonly terraform: Terraform;
  readonly summary: PlanSummary;
  readonly digest: string;
  /** What IAM's simulator says of the planned documents. */
  readonly checks: readonly Check[];
}

/** Plans, reports the plan, and refuses one that takes away what has to stay. */
export async function plan(run: RunContext): Promise<Planned> {
  const { settings } = run;
  const planned = await makePlan(run);
  reportPlan(run, planned);
  const { summary, desired } = planned;
  guardDestroy(summary.changes, {
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
  const backend = settings.backend !== undefined;
  const summary = summarizePlan({ changes: saved.changes, desired, observed, backend });
  const throughS3 = corsWrites(desired.cors, observed).length;
  if (throughS3 > 0)
    edges.runner.info(
      `The CORS rules of ${throughS3} ${throughS3 === 1 ? 'bucket' : 'buckets'} also change, directly in S3.`,
    );
  const digest = await planDigest({ ...saved, ...summary, corsRemovals: desired.removals.cors });
  return { ...decided, ...saved, terraform, summary, digest, checks };
}

async function simulate({ config, settings }: RunContext, { aws, desired }: Decided) {
  if (settings.verify === 'off' || desired.role === undefined) return [];
  const expectations = expectationsOf(config, desired, expectationOptionsOf(settings));
  const answers = await aws.simulatePlanned(desired, simulationQuestions(expectations));
  return judgeSimulation(expectations, { answers, of: 'planned' });
}

function reportPlan({ report }: RunContext, planned: Planned): void {
  const { summary, digest, checks } = planned;
  report.add({
    outcome: 'planned',
    plan: summary,
    rawDiff: planned.diff,
    digest,
    plannedChecks: checks,
  });
  const { counts, hasChanges } = summary;
  report.output({
    'has-changes': hasChanges,
    'to-add': counts.add,
    'to-change': counts.change,
    'to-destroy': counts.destroy,
    'to-import': counts.import,
    'plan-digest': digest,
    'plan-json-path': planned.planJsonPath,
    'terraform-json-path': planned.terraformJsonPath,
  });
}
