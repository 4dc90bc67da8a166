import { setTimeout as sleep } from 'node:timers/promises';
import { requireNoOtherPolicies } from '../access/decide-access.ts';
import { settleAll } from '../base/settle-all.ts';
import { corsWrites } from '../plan/cors-writes.ts';
import type { ShownPlan } from '../plan/approval.ts';
import { planDigest } from '../plan/digest.ts';
import { deriveSlowly, markFacts, type FactMark } from '../plan/fact-marks.ts';
import type { Fact } from '../plan/fact.ts';
import { factsOf } from '../plan/facts.ts';
import { guardDestroy } from '../plan/guard.ts';
import { policyAddresses } from '../plan/resources.ts';
import { summarizePlan, type PlanSummary } from '../plan/summary.ts';
import { initJson } from '../stack/terraform-settings.ts';
import type { Terraform, TerraformPlan } from '../terraform/terraform.ts';
import type { Check } from '../verify/check.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { judgeGuards } from '../verify/judge-guards.ts';
import { judgeSimulation } from '../verify/judge-simulation.ts';
import { simulationQuestions } from '../verify/simulation.ts';
import { decide, type Decided } from './decide.ts';
import { requireCompleteDestroy } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { optionsOf, isRemoval } from './settings.ts';

/** A saved plan, ready to be applied. */
export interface Planned extends Decided, TerraformPlan {
  readonly terraform: Terraform;
  readonly summary: PlanSummary;
  readonly digest: string;
  readonly facts: readonly Fact[];
  /** Of the facts, by their keys. */
  readonly marks: ReadonlyMap<string, FactMark>;
  /** What a comment shows of it for approval. */
  readonly shown: ShownPlan;
  /** What the buckets' own policies, and IAM's simulator of the planned documents, say. */
  readonly checks: readonly Check[];
}

/** Plans, reports the plan, and refuses one that takes away what has to stay. */
export async function plan(run: RunContext): Promise<Planned> {
  const { settings } = run;
  const planned = await makePlan(run);
  reportPlan(run, planned);
  const { summary, desired } = planned;
  guardDestroy(summary.changes, {
    // To show a removal takes nothing away.
    allowDestroy: settings['allow-destroy'] || (settings.command === 'plan' && isRemoval(settings)),
    expectedDeletes: desired.role === undefined ? [] : desired.removals.policies.flatMap(policyAddresses),
  });
  requireCompleteDestroy(summary, desired, settings);
  return planned;
}

/** Milliseconds that Terraform has for itself: what loads next would hold it up, and one that is being downloaded takes longer. */
const HEAD_START = 250;

async function makePlan(run: RunContext): Promise<Planned> {
  const { edges, settings, stackSettings } = run;
  // Terraform comes first, and gets its provider while the rest loads; what asks AWS waits for the keys.
  const opening = edges.openTerraform(run, async () => (await signingIn).environment());
  const initializing = opening.then((opened) => opened.init(initJson(stackSettings)));
  const begun = Promise.race([opening, sleep(HEAD_START)]).catch(() => undefined);
  const signingIn = begun.then(() => edges.signIn(settings));
  const [, decided, terraform, , stack] = await settleAll([
    signingIn,
    signingIn.then((aws) => decide(run, aws)),
    opening,
    initializing,
    begun.then(() => edges.loadStack()),
  ]);
  const { observed, desired } = decided;
  for (const { role, policies } of observed.former ?? [])
    if (role)
      requireNoOtherPolicies(
        role,
        role.attachedPolicies.filter(({ arn }) => !policies.some((ours) => ours.arn === arn)),
      );

  const { role, policies, formerRoles = [] } = desired.removals;
  const leaves = [role ?? [], policies, formerRoles].flat().length > 0;
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
  const facts = factsOf({ plan: summary, desired, observed });
  const digest = await planDigest({ ...saved, ...summary, corsRemovals: desired.removals.cors, facts });
  const marks = await markFacts(facts, observed.caller?.accountId);
  const shown = await shownOf(run, { digest, marks }, observed.caller?.accountId);
  return { ...decided, ...saved, terraform, summary, digest, facts, marks, shown, checks };
}

/** More do not fit into a comment beside what it shows: such a plan is held to its digest alone. */
const MOST_FACTS = 1000;

async function shownOf(
  { event, configFiles, report }: RunContext,
  { digest, marks }: Pick<Planned, 'digest' | 'marks'>,
  accountId = '',
): Promise<ShownPlan> {
  const tooMany = marks.size > MOST_FACTS;
  if (tooMany)
    report.note(
      `The plan has ${marks.size} facts, more than a comment has room for: it is approved as a whole or not at all.`,
    );
  return {
    head: event.pullRequest?.head ?? event.commit ?? '',
    digest,
    plannedAt: new Date().toISOString(),
    isAnew: event.isAnew === true,
    // The account as 12 digits of a slow derivation, since it may be masked.
    scope: `${configFiles[0] ?? 'inputs'}@${(await deriveSlowly(accountId, 'kolena-s3-access account')).slice(0, 12)}`,
    ...(!tooMany && { facts: [...marks.values()] }),
  };
}

async function simulate({ config, settings }: RunContext, { aws, desired, observed }: Decided) {
  if (settings.verify === 'off' || desired.role === undefined) return [];
  const expectations = expectationsOf(config, desired, optionsOf(settings));
  const answers = await aws.simulatePlanned(desired, simulationQuestions(expectations));
  return [
    ...judgeGuards(expectations, observed),
    ...judgeSimulation(expectations, { answers, of: 'planned' }),
  ];
}

function reportPlan({ report }: RunContext, planned: Planned): void {
  const { summary, digest, facts, shown, checks } = planned;
  report.add({
    outcome: 'planned',
    plan: summary,
    rawDiff: planned.diff,
    versions: planned.versions,
    digest,
    facts,
    shown,
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
