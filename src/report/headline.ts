import { samePolicy } from '../iam/compare-policy.ts';
import { resourceKinds } from '../plan/resources.ts';
import type { BucketChange, BucketState } from './bucket-states.ts';
import { documentInAttribute } from './document-diff.ts';
import { count } from './markdown.ts';
import { isVerified, type Check } from '../verify/check.ts';
import type { Report } from './report.ts';

/** The result of a run in one plain sentence or two, not yet made safe for Markdown. */
export function headline(report: Report, states: readonly BucketState[]): string {
  return [result(report, states), ...trustChange(report), ...checkCounts(report)].join(' ');
}

function result(report: Report, states: readonly BucketState[]): string {
  switch (report.outcome) {
    case 'failed':
      return failed(report);
    case 'skipped':
      if (report.newer !== undefined)
        return `Not applied: the branch says something else since commit ${report.newer.slice(0, 7)}.`;
      return 'Skipped: nothing was planned, and AWS was not asked.';
    case 'synthesized':
      return `Synthesized, not planned: Kolena would be able to read ${buckets(states, isKept)}.`;
    case 'planned':
      return planned(report, states);
    case 'destroyed':
      return `Kolena's access is taken away: it can no longer read ${buckets(states, isRemoved)}.`;
    case 'applied':
      return applied(report, states);
    case 'verified':
      return isVerified(report.checks ?? [])
        ? `Verified: Kolena can read ${buckets(states, isKept)}.`
        : `Not proven: whether Kolena can read ${buckets(states, isKept)}.`;
  }
}

/** Claims only what the reason and the command make certain. */
function failed(report: Report): string {
  const { command, failure, plan, checks } = report;
  const nothing = plan === undefined ? ': nothing was changed' : '';
  switch (failure?.reason) {
    case 'invalid-input':
      return `The configuration is not valid${nothing}.`;
    case 'credentials':
      return plan === undefined && checks === undefined
        ? `No access to AWS${nothing}.`
        : 'AWS no longer takes the credentials: the run ended half-way.';
    case 'wrong-account':
      return `Another AWS account than allowed${nothing}.`;
    case 'terraform-missing':
      return `Terraform was not found${nothing}.`;
    case 'plan-changed':
      return command === 'plan'
        ? 'AWS is not what the configuration says.'
        : 'Not applied: AWS or the configuration is no longer what the plan showed.';
    case 'not-approved':
      return 'Not applied: no approved plan was found.';
    case 'destroy-refused':
      return 'Refused: the plan would take away something that may still be in use.';
    case 'apply-failed':
      return `The ${command} failed, and may be done in part.`;
    case 'state-locked':
      return `Terraform's state is locked${nothing}.`;
    case 'verification-failed':
      return command === 'apply' && isChanging(report)
        ? 'Applied, but the access is not proven.'
        : 'The access is not proven.';
    case 'comment-failed':
      return 'GitHub refused the comment.';
    case 'plan-failed':
    case undefined:
      return 'The plan failed.';
  }
}

function planned(report: Report, states: readonly BucketState[]): string {
  const changed = isChanging(report);
  const kept = states.filter(isKept);
  if (kept.length === 0)
    return changed
      ? `Kolena will no longer be able to read ${buckets(states, isRemoved)}.`
      : 'No changes: Kolena has no access.';
  if (!changed) return `No changes: Kolena can read ${buckets(states, isKept)}.`;
  return `Kolena will be able to read ${buckets(states, isKept)}${tally(states)}.`;
}

function applied(report: Report, states: readonly BucketState[]): string {
  if (!isChanging(report)) return `Nothing had to be applied: Kolena can read ${buckets(states, isKept)}.`;
  return `Applied: Kolena can now read ${buckets(states, isKept)}${tally(states)}.`;
}

function isChanging({ plan }: Report): boolean {
  return plan?.hasChanges === true;
}

function checkCounts({ checks = [] }: Report): string[] {
  const number = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  if (number('fail') > 0) return [`${number('fail')} of ${count(checks.length, 'check')} failed.`];
  if (number('pass') === 0) return [];
  // Without them, "3 of 4 passed" beside a green tick would leave the fourth to be guessed.
  const others = [
    ...(number('warning') > 0 ? [count(number('warning'), 'warning')] : []),
    ...(number('unprovable') > 0 ? [`${number('unprovable')} unprovable`] : []),
  ];
  const entered = isVerified(checks) ? '' : '; nobody assumed the role to try';
  const passed = `${number('pass')} of ${count(checks.length, 'check')} passed`;
  return [`${[passed, ...others].join(', ')}${entered}.`];
}

/** The role's trust policy decides who can use all of the access, so a change of it is always named. */
function trustChange({ plan, outcome }: Report): string[] {
  if (outcome !== 'planned' && outcome !== 'applied') return [];
  const role = plan?.changes.find(
    ({ type, action }) => type === resourceKinds.role.type && action === 'update',
  );
  const before = documentInAttribute(role?.before?.['assume_role_policy']);
  const after = documentInAttribute(role?.after?.['assume_role_policy']);
  if (before === undefined || after === undefined || samePolicy(before, after)) return [];
  return [outcome === 'planned' ? 'Who may assume the role changes.' : 'Who may assume the role changed.'];
}

function tally(states: readonly BucketState[]): string {
  const shown: readonly BucketChange[] = ['new', 'changed', 'adopted', 'unchanged', 'removed'];
  const parts = shown.map(
    (change) => [states.filter((state) => state.change === change).length, change] as const,
  );
  const present = parts.filter(([number]) => number > 0).map(([number, change]) => `${number} ${change}`);
  return present.length === 0 ? '' : `; ${present.join(', ')}`;
}

function isKept({ change }: BucketState): boolean {
  return change !== 'removed';
}

function isRemoved({ change }: BucketState): boolean {
  return change === 'removed';
}

function buckets(states: readonly BucketState[], which: (state: BucketState) => boolean): string {
  return count(states.filter(which).length, 'bucket');
}
