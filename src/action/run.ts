import { decideAccess, decideRemoval } from '../access/decide-access.ts';
import { needsRaisedQuota } from '../access/decide-policies.ts';
import type { DesiredAccess } from '../access/desired-access.ts';
import { nothingObserved, type Observed } from '../access/observed.ts';
import { policyAddresses } from '../plan/addresses.ts';
import { allEnded } from '../base/settle-all.ts';
import { requireApproved } from './approve.ts';
import type { Aws } from '../aws/open-aws.ts';
import type { Edges } from './edges.ts';
import { asUserError, during } from './failure.ts';
import { InvalidInputs } from './inputs.ts';
import { startJob, type Job } from './job.ts';
import { skipFork } from './fork.ts';
import { publish, publishInvalid } from './publish.ts';
import { requireCompleteDestroy, requireNoChanges, requireSafeEvent, requireVerified } from './refusals.ts';
import { hasChanges } from '../plan/changes.ts';
import { withCorsWrites } from '../plan/cors-writes.ts';
import { planDigest } from '../plan/digest.ts';
import { guardDestroy } from '../plan/guard.ts';
import type { Terraform } from '../terraform/terraform.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { judge } from '../verify/verdicts.ts';

/** What is there, and what shall be. */
interface Decided {
  readonly aws: Aws;
  readonly observed: Observed;
  readonly desired: DesiredAccess;
}

/** A saved plan, ready to be applied. */
interface Planned extends Decided {
  readonly terraform: Terraform;
  /** False when applying would do nothing. */
  readonly changes: boolean;
}

/**
 * One run of the Action, from inputs to proven access. Whatever it learned stands in summary, comment and outputs, also
 * when it throws its UserError.
 */
export async function run(edges: Edges): Promise<void> {
  const fork = edges.event.pullRequest?.fork;
  if (fork !== undefined) {
    await skipFork(edges, fork);
    return;
  }
  const job = await startedJob(edges);
  try {
    await perform(job);
  } catch (error) {
    const failure = asUserError(error, job.settings.command);
    job.report.fail(failure);
    await publish(job);
    throw failure;
  }
  await publish(job);
}

async function startedJob(edges: Edges): Promise<Job> {
  try {
    return startJob(edges);
  } catch (error) {
    if (error instanceof InvalidInputs) await publishInvalid(edges, error);
    throw error;
  }
}

async function perform(job: Job): Promise<void> {
  checkWithoutAws(job);
  switch (job.settings.command) {
    case 'synth':
      return synth(job);
    case 'plan':
      await plan(job);
      requireNoChanges(job);
      return;
    case 'apply': {
      const applied = await apply(job, await during('plan', plan(job)));
      return during('verify', prove(job, applied));
    }
    case 'verify':
      return prove(job, await decide(job, await job.edges.signIn(job.settings)));
    case 'destroy':
      await apply(job, await during('plan', plan(job)));
  }
}

/** Quotas, `verify-object` and the event are checked before anything is asked of AWS. */
function checkWithoutAws(job: Job): void {
  requireSafeEvent(job);
  const limits = decideAccess(job.config, nothingObserved, job.decideOptions);
  expectationsOf(job.config, limits, job.expectationOptions);
}

async function synth(job: Job): Promise<void> {
  const { edges, config, settings, report } = job;
  const aws = await edges.trySignIn(settings);
  if (aws === undefined) {
    report.note(
      'No AWS credentials: nothing was observed, so what exists is neither adopted nor kept in this JSON.',
    );
    report.add({ desired: decideAccess(config, nothingObserved, job.decideOptions) });
  } else await decide(job, aws);
  const { desired } = report.current;
  if (desired === undefined) return;
  const stack = await edges.loadStack();
  const json = stack.synthesizeAccess(desired, job.stackSettings);
  report.output({ 'terraform-json-path': edges.writeTerraformJson(json) });
  report.add({ outcome: 'synthesized' });
}

async function decide(job: Job, aws: Aws): Promise<Decided> {
  const asksQuota = needsRaisedQuota(job.config, aws.caller.partition);
  const observed = await aws.observe(job.config, { asksQuota });
  job.report.add({ observed });
  const decideFor = job.settings.command === 'destroy' ? decideRemoval : decideAccess;
  // Nothing is replaced by a check: whom else the role trusts is a finding, no reason to refuse.
  const allowDestroy = job.settings.command === 'verify' || job.settings['allow-destroy'];
  const desired = decideFor(job.config, observed, { ...job.decideOptions, allowDestroy });
  job.report.add({ desired });
  return { aws, observed, desired };
}

async function plan(job: Job): Promise<Planned> {
  const { edges, settings, stackSettings, report } = job;
  const stack = await edges.loadStack();
  const aws = await edges.signIn(settings);
  const terraform = await edges.openTerraform(settings, () => aws.environment());
  // Terraform starts while AWS is looked at.
  const providers = stack.synthesizeProviders(settings['aws-region'], stackSettings);
  const [decided] = await allEnded([decide(job, aws), terraform.init(providers)]);
  const { desired } = decided;

  const leaves = desired.removals.role !== undefined || desired.removals.policies.length > 0;
  if (leaves && stackSettings.backend === undefined)
    await terraform.adopt(stack.synthesizeAdoption(desired, stackSettings));
  const [planned, plannedChecks] = await allEnded([
    terraform.plan(stack.synthesizeAccess(desired, stackSettings)),
    simulate(job, decided),
  ]);
  const summary = withCorsWrites(planned.summary, desired, decided.observed);
  const throughS3 = summary.counts.change - planned.summary.counts.change;
  if (throughS3 > 0)
    edges.runner.info(
      `Beside Terraform's plan, the CORS rules of ${throughS3} bucket(s) change, through S3.`,
    );
  const digest = await planDigest({ ...planned, summary, corsRemovals: desired.removals.cors });
  report.add({ outcome: 'planned', plan: summary, rawDiff: planned.diff, digest, plannedChecks });
  report.output({
    'plan-json-path': planned.planJsonPath,
    'terraform-json-path': planned.terraformJsonPath,
  });
  guardDestroy(summary, {
    allowDestroy: settings['allow-destroy'],
    expectedDeletes: desired.role === undefined ? [] : desired.removals.policies.flatMap(policyAddresses),
  });
  requireCompleteDestroy(job, summary);
  return {
    ...decided,
    terraform,
    changes: hasChanges({ plan: summary, desired, backend: report.current.backend }),
  };
}

async function simulate({ config, settings, expectationOptions }: Job, { aws, desired }: Decided) {
  if (settings.verify === 'off' || desired.role === undefined) return [];
  return aws.simulatePlanned(desired, expectationsOf(config, desired, expectationOptions));
}

/** Applies the saved plan: CORS rules leave first, while the policies still tell which buckets were granted. */
async function apply(job: Job, planned: Planned): Promise<Planned> {
  const { aws, observed, desired, terraform, changes } = planned;
  // Nothing to apply needs nobody's approval: a run that is repeated passes.
  if (changes) {
    await requireApproved(job);
    await aws.requireUnchangedCors(observed);
    await aws.removeOurCors(desired.removals.cors, job.config);
    await terraform.apply();
    // Beside foreign rules Terraform writes nothing, and elsewhere not always what it was told to.
    for (const bucket of await aws.putBackCors(desired.cors, job.config))
      job.edges.runner.info(`CORS rules of ${bucket} written; foreign ones stand as they were.`);
  }
  job.report.add({ outcome: desired.role === undefined ? 'destroyed' : 'applied' });
  return planned;
}

async function prove(job: Job, { aws, observed, desired }: Decided): Promise<void> {
  const { config, settings, report } = job;
  if (settings.verify === 'off') {
    report.note('`verify: off`: nothing was proven.');
    return;
  }
  const expectations = expectationsOf(config, desired, job.expectationOptions);
  const options = { mode: settings.verify, timeoutSeconds: settings['verify-timeout'] };
  const checks = judge(expectations, await aws.probe(expectations, observed, options));
  report.add({ checks, ...(settings.command === 'verify' && { outcome: 'verified' as const }) });
  requireVerified(checks);
}
