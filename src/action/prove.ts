import type { EventContext } from '../github/event.ts';
import { expectationsOf } from '../verify/expectations.ts';
import { judge } from '../verify/judge.ts';
import type { Applied } from './apply.ts';
import type { Decided } from './decide.ts';
import { requireVerified } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { expectationOptionsOf } from './settings.ts';

/** That event runs with secrets on code that nobody has reviewed: a config from there must open no role. */
export function modeFor(
  { kind }: Pick<EventContext, 'kind'>,
  verify: 'assume' | 'simulate',
): 'assume' | 'simulate' {
  return kind === 'pull_request_target' ? 'simulate' : verify;
}

/** Proves the access that was decided, as it stands in AWS now; throws `verification-failed` when a check fails. */
export async function prove(run: RunContext, decided: Decided & Partial<Applied>): Promise<void> {
  const { aws, observed, desired, readRules } = decided;
  const { config, settings, report } = run;
  const { event } = run.edges;
  if (settings.verify === 'off') {
    report.note('`verify: off`: nothing was proven.');
    return;
  }
  const expected = () => expectationsOf(config, desired, expectationOptionsOf(settings));
  const expectations = expected();
  const mode = modeFor(event, settings.verify);
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
  if (expected().ended !== expectations.ended) return prove(run, decided);
  const checks = judge(expectations, observations, observed);
  report.add({ checks, standing: observations });
  if (settings.command === 'verify')
    report.add({ outcome: expectations.ended === undefined ? 'verified' : 'ended' });
  requireVerified(checks);
}
