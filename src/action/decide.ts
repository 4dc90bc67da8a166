import { decideAccess, decideRemoval } from '../access/decide-access.ts';
import { needsRaisedQuota } from '../access/decide-policies.ts';
import { unreadGuards } from '../access/bucket-guard.ts';
import type { DesiredAccess } from '../access/desired-access.ts';
import { nothingObserved, type Observed } from '../access/observed.ts';
import type { Aws } from '../aws/open-aws.ts';
import { formerConfigs } from './former-configs.ts';
import type { RunContext } from './run-context.ts';
import { optionsOf, isRemoval } from './settings.ts';

/** What exists in AWS, and what shall. */
export interface Decided {
  readonly aws: Aws;
  readonly observed: Observed;
  readonly desired: DesiredAccess;
}

/** Observes AWS and decides what shall stand there. */
export async function decide(run: RunContext, aws: Aws): Promise<Decided> {
  const { config, settings, report } = run;
  const asksQuota = needsRaisedQuota(config, aws.caller.partition);
  const former = formerConfigs(run);
  const observed = await aws.observe(config, { asksQuota, isRemoval: isRemoval(settings), former });
  report.add({ observed });
  const unread = unreadGuards(Object.values(observed.buckets));
  if (unread !== undefined) report.note(unread);
  const decideFor = isRemoval(settings) ? decideRemoval : decideAccess;
  // A check replaces nothing: whom else the role trusts is a finding, and not a reason to refuse.
  const allowDestroy = settings.command === 'verify' || settings['allow-destroy'];
  const desired = decideFor(config, observed, { ...optionsOf(settings), allowDestroy });
  report.add({ desired });
  return { aws, observed, desired };
}

/** Decides from the config alone what shall stand. */
export function decideUnobserved({
  config,
  settings,
}: Pick<RunContext, 'config' | 'settings'>): DesiredAccess {
  return decideAccess(config, nothingObserved, optionsOf(settings));
}
