import { UserError } from '../base/errors.ts';
import type { Job } from './job.ts';
import { resourceKinds } from '../plan/resources.ts';
import type { PlanSummary } from '../plan/summary.ts';
import { isUnrefuted, type Check } from '../verify/check.ts';

/** Throws `not-approved` when a `pull_request_target` run would write to AWS: it runs with secrets on unreviewed code. */
export function requireSafeEvent({ edges, settings }: Job): void {
  const writes = settings.command === 'apply' || settings.command === 'destroy';
  if (edges.event.kind !== 'pull_request_target' || !writes) return;
  throw new UserError({
    reason: 'not-approved',
    message: `\`command: ${settings.command}\` never runs on pull_request_target, whose secrets meet code that nobody has reviewed.`,
    remedy: 'Run `apply` on a push to your default branch, and `plan` on pull_request.',
  });
}

/** With `fail-on-changes`: throws `plan-changed` when AWS is not what the config says. */
export function requireNoChanges({ settings, report }: Job): void {
  if (!settings['fail-on-changes'] || report.current.plan?.hasChanges !== true) return;
  throw new UserError({
    reason: 'plan-changed',
    message:
      'AWS differs from the config, and `fail-on-changes` is set; the job summary shows the difference.',
    remedy: 'Run `apply` to bring AWS back to the config, or change the config to what AWS should be.',
  });
}

/** Throws `plan-failed` when a `destroy` over a backend would leave the role, because its state never heard of it. */
export function requireCompleteDestroy({ settings, report }: Job, { changes }: PlanSummary): void {
  const { role } = report.current.desired?.removals ?? {};
  const goes = changes.some(({ type, action }) => type === resourceKinds.role.type && action === 'delete');
  if (settings.command !== 'destroy' || role === undefined || goes) return;
  throw new UserError({
    reason: 'plan-failed',
    message: `The role ${role.name} stands in AWS, but the state of the backend "${settings.backend ?? ''}" does not hold it, so that Terraform would leave it.`,
    remedy: 'Run `apply` once with this backend, which adopts the role, and then `destroy`.',
  });
}

/** Throws `verification-failed` with every check that failed; what could not be proven from here fails nothing. */
export function requireVerified(checks: readonly Check[]): void {
  if (isUnrefuted(checks)) return;
  const failed = checks.filter(({ status }) => status === 'fail');
  throw new UserError({
    reason: 'verification-failed',
    message:
      failed.length === 0
        ? 'Not one check could be proven from here.'
        : `${failed.length} of ${checks.length} checks failed:\n${failed.map(({ title, evidence }) => `- ${title} ${evidence}`).join('\n')}`,
    remedy:
      failed
        .flatMap(({ remedy }) => remedy ?? [])
        .filter((remedy, index, all) => all.indexOf(remedy) === index)
        .join('\n') || 'Run with credentials that may assume the role: `verify: assume`.',
  });
}
