import { tellUse } from '../access/role-use.ts';
import type { ReadRules } from '../aws/cors.ts';
import type { EventContext } from '../github/event.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { judge } from '../verify/judge.ts';
import type { Decided } from './decide.ts';
import { requireVerified } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { optionsOf } from './settings.ts';

/** That event runs with secrets on code that nobody has reviewed: a config from there must open no role. */
export function modeFor(
  { kind }: Pick<EventContext, 'kind'>,
  verify: 'assume' | 'simulate',
): 'assume' | 'simulate' {
  return kind === 'pull_request_target' ? 'simulate' : verify;
}

/** Proves the access as it stands in AWS now, given CORS rules that an apply has just read; throws `verification-failed`. */
export async function prove(
  run: RunContext,
  decided: Decided,
  readRules?: readonly ReadRules[],
): Promise<void> {
  const { aws, observed, desired } = decided;
  const { config, settings, report } = run;
  if (settings.verify === 'off') {
    report.note('`verify: off`: nothing was proven.');
    return;
  }
  const expected = () => expectationsOf(config, desired, optionsOf(settings));
  const expectations = expected();
  const mode = modeFor(run.edges.event, settings.verify);
  if (mode !== settings.verify)
    report.note('`pull_request_target` opens no role: verified as by `verify: simulate`.');
  const options = {
    mode,
    timeoutSeconds: settings['verify-timeout'],
    afterApply: settings.command === 'apply',
    readRules,
  };
  const observations = await aws.probe(expectations, observed, options);
  // Where the access ended meanwhile, the answers are of both sides of its end.
  if (expected().ended !== expectations.ended) return prove(run, decided, readRules);
  const checks = judge(expectations, observations, observed);
  report.add({ checks, standing: observations });
  if (settings.command === 'verify')
    report.add({ outcome: expectations.ended === undefined ? 'verified' : 'ended' });
  requireVerified(checks);
}

/** Tells when Kolena last came in, as far as this run is allowed to know. A verification does not fail by it. */
export async function tellKolenaUse(run: RunContext, { aws, observed, desired }: Decided): Promise<void> {
  const { role } = observed;
  if (role === undefined) return;
  const trail = await aws.kolenaInTrail(run.config, observed);
  const { note, info, warning } = tellUse({ trail, role, now: new Date() });
  run.report.output({ 'kolena-last-seen': trail.last?.time ?? '' });
  if (note !== undefined) run.report.note(note);
  if (info !== undefined) run.edges.runner.info(info);
  // An access that has ended is not used, as it should be.
  const hasEnded = desired.warnings.some(({ id }) => id === 'access-ended');
  if (warning !== undefined && !hasEnded)
    run.report.add({ desired: { ...desired, warnings: [...desired.warnings, warning] } });
}
