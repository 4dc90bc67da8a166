import { UserError } from '../base/errors.ts';
import { settleAll } from '../base/settle-all.ts';
import { isDrift } from '../plan/drift.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { apply } from './apply.ts';
import { decide, decideUnobserved } from './decide.ts';
import type { Edges } from './edges.ts';
import { asUserError, during } from './failure.ts';
import { completeEvent, skipWithoutCredentials, whyWithoutCredentials } from './fork.ts';
import { requireNoChanges, requireSafeEvent } from './gates.ts';
import { findDrift } from './find-drift.ts';
import { isOvertaken } from './overtaken.ts';
import { plan } from './plan.ts';
import { prove, tellKolenaUse } from './prove.ts';
import { startReport, type Ending } from './report-run.ts';
import type { RunContext } from './run-context.ts';
import { optionsOf, type Command } from './settings.ts';
import { synth } from './synth.ts';

/** One run of the Action, from inputs to proven access; what it learned is published also when it throws its UserError. */
export async function run(edges: Edges): Promise<void> {
  const given = edges.readInputs();
  const { inputs, reporting } = given;
  const pullRequests = edges.openPullRequests(reporting['github-token']);
  const event = await completeEvent(edges.event, pullRequests);
  // 1. A fork's pull request gets no credentials: it never meets AWS.
  const skipped = whyWithoutCredentials(event, reporting);
  if (skipped !== undefined) {
    await skipWithoutCredentials({ edges, event }, { ...given, skipped });
    return;
  }
  // 2. The report starts first: inputs that are not valid are reported too.
  const configFiles = inputs instanceof UserError ? [] : inputs.configFiles;
  const { runner, writeFile } = edges;
  const report = startReport({ runner, writeFile, event, settings: reporting, pullRequests, configFiles });
  // 3. The command. Every error becomes the run's one failure here, at the latest.
  const ending = await endingOf(reporting.command, () => {
    if (inputs instanceof UserError) throw inputs;
    return perform({ ...inputs, edges, event, pullRequests, report });
  });
  // 4. However it ended, it is published.
  await report.publish(ending);
  if ('failure' in ending) throw ending.failure;
}

async function endingOf(command: Command, work: () => Promise<boolean>): Promise<Ending> {
  try {
    return { changed: await work() };
  } catch (error) {
    return { failure: asUserError(error, command) };
  }
}

/** Does what the command says; whether its plan held changes. */
async function perform(run: RunContext): Promise<boolean> {
  run.report.add({ config: run.config });
  checkWithoutAws(run);
  const { command } = run.settings;
  switch (command) {
    case 'synth':
      await synth(run);
      return false;
    case 'plan': {
      const planned = await plan(run);
      const drift = await findDrift(run, planned);
      requireNoChanges(drift === undefined ? planned.summary.hasChanges : isDrift(drift), run.settings);
      return planned.summary.hasChanges;
    }
    case 'verify':
      await verify(run);
      return false;
    case 'apply':
    case 'destroy': {
      if (await isOvertaken(run)) return false;
      const planned = await during('plan', plan(run));
      const readRules = await apply(run, planned);
      if (readRules === undefined) return false;
      if (command === 'apply') await during('verify', prove(run, planned, readRules));
      return planned.summary.hasChanges;
    }
  }
}

/** Proves the access as it stands, and tells whether Kolena uses it. */
async function verify(run: RunContext): Promise<void> {
  const decided = await decide(run, await run.edges.signIn(run.settings));
  await settleAll([prove(run, decided), tellKolenaUse(run, decided)]);
}

/** The event, quotas and `verify-object` are checked before anything is asked of AWS. */
function checkWithoutAws(run: RunContext): void {
  requireSafeEvent(run.event, run.settings);
  expectationsOf(run.config, decideUnobserved(run), optionsOf(run.settings));
}
