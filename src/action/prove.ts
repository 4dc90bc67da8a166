import { expectationsOf } from '../verify/expectations.ts';
import { judge } from '../verify/judge.ts';
import type { Decided } from './decide.ts';
import { requireVerified } from './gates.ts';
import type { RunContext } from './run-context.ts';
import { expectationOptionsOf } from './settings.ts';

/** Proves the access that was decided, as it stands in AWS now; throws `verification-failed` when a check fails. */
export async function prove(run: RunContext, { aws, observed, desired }: Decided): Promise<void> {
  const { config, settings, report } = run;
  const { event } = run.edges;
  if (settings.verify === 'off') {
    report.note('`verify: off`: nothing was proven.');
    return;
  }
  const expectations = expectationsOf(config, desired, expectationOptionsOf(settings));
  // That event runs with secrets on code that nobody has reviewed: its config must open no role.
  const isUnsafe = event.kind === 'pull_request_target' && settings.verify === 'assume';
  if (isUnsafe) report.note('`pull_request_target` opens no role: verified as by `verify: simulate`.');
  const options = {
    mode: isUnsafe ? ('simulate' as const) : settings.verify,
    timeoutSeconds: settings['verify-timeout'],
    afterApply: settings.command === 'apply',
  };
  const checks = judge(expectations, await aws.probe(expectations, observed, options));
  report.add({ checks });
  if (settings.command === 'verify') report.add({ outcome: 'verified' });
  requireVerified(checks);
}
