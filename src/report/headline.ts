import type { AccessChange, BucketChange, BucketDirection } from '../access/access-change.ts';
import { isVerified, type Check } from '../verify/check.ts';
import { isOfKind } from '../verify/checks.ts';
import { groupBy } from '../base/group-by.ts';
import { directions } from './bucket-table.ts';
import { endText } from './who.ts';
import { code, count } from './markdown.ts';
import { bucketOf, columnOf } from './matrix.ts';
import type { Report } from './report.ts';

/** The result of a run in one line, of fixed words and numbers alone: Markdown that needs no escaping. */
export function headline(report: Report, change: AccessChange | undefined): string {
  return `${outcomes[report.outcome](report, change)}${checkCounts(report)}`;
}

type Headline = (report: Report, change: AccessChange | undefined) => string;

const outcomes: Readonly<Record<Report['outcome'], Headline>> = {
  failed: (report) => `❌ ${failed(report)}`,
  skipped: ({ newer }) =>
    newer === undefined
      ? 'ℹ️ Kolena S3 access · skipped: nothing was planned, and AWS was not asked'
      : `ℹ️ Kolena S3 access · not applied: the branch says something else since commit ${code(newer.slice(0, 7))}`,
  synthesized: () => 'ℹ️ Kolena S3 access · synthesized, not planned',
  planned: (report, change) => `🔑 Kolena S3 access · plan: ${planned(report, change)}`,
  destroyed: ({ plan }) =>
    plan?.hasChanges === false
      ? 'ℹ️ Kolena S3 access · nothing to destroy: there is no such role'
      : '✅ Kolena S3 access · removed: Kolena no longer has access',
  applied: (report, change) =>
    report.plan?.hasChanges === true
      ? `✅ Kolena S3 access · applied${isVerified(report.checks ?? []) ? ' and proven from inside your account' : ''}: ${planned(report, change)}`
      : '✅ Kolena S3 access · nothing had to be applied',
  ended: (report) =>
    `⚠️ Kolena S3 access · ${endText(report) ?? 'ended'}: ${isOver(report) ? 'Kolena can no longer read anything' : 'not proven: this run could not try all of it'}`,
  verified: (report) =>
    isVerified(report.checks ?? [])
      ? `✅ Kolena S3 access · proven from inside your account: Kolena can read ${count(bucketsWith(report, 'pass'), 'bucket')}`
      : '⚠️ Kolena S3 access · not proven: this run could not try it',
};

/** Claims only what the reason and the command make certain. */
function failed(report: Report): string {
  const nothing = report.plan === undefined ? ': nothing was changed' : '';
  return failures[report.failure?.reason ?? 'plan-failed'](report, nothing);
}

type FailureReason = NonNullable<Report['failure']>['reason'];

/** By reason; `nothing` says that nothing was changed, where that is so. */
const failures: Readonly<Record<FailureReason, (report: Report, nothing: string) => string>> = {
  'invalid-input': (_, nothing) => `The configuration is not valid${nothing}`,
  credentials: ({ plan, checks }, nothing) =>
    plan === undefined && checks === undefined
      ? `No access to AWS${nothing}`
      : 'AWS no longer accepts the credentials: the run ended half-way',
  'wrong-account': (_, nothing) => `Not an allowed AWS account${nothing}`,
  'terraform-missing': (_, nothing) => `Terraform was not found${nothing}`,
  'plan-failed': () => 'The plan failed',
  'plan-changed': ({ command }) =>
    command === 'plan'
      ? 'Drift: AWS does not match the configuration'
      : 'Not applied: AWS or the configuration is no longer what the plan showed',
  'not-approved': () => 'Not applied: no approved plan was found',
  'destroy-refused': () => 'Refused: the plan would remove something that may still be in use',
  'apply-failed': ({ command }) => `The ${command} failed, and may be done in part`,
  'state-locked': (_, nothing) => `Terraform's state is locked${nothing}`,
  'verification-failed': (report) =>
    report.command === 'apply' && report.plan?.hasChanges === true
      ? `Applied, but ${unread(report)}`
      : unread(report).replace(/^./, (letter) => letter.toUpperCase()),
  'comment-failed': () => 'GitHub refused the comment',
};

/** Whether a session of the role was refused wherever it could read before; documents alone do not say so. */
function isOver({ checks = [] }: Report): boolean {
  const tried = checks.filter(({ id }) => isOfKind(id, 'ended-reads'));
  return tried.length > 0 && tried.every(({ status }) => status === 'pass');
}

function outlivesEnd({ checks = [] }: Report): boolean {
  const kinds = ['ended-reads', 'denies-ended', 'ended'] as const;
  return checks.some(({ id, status }) => status === 'fail' && kinds.some((kind) => isOfKind(id, kind)));
}

/** The buckets that Kolena cannot use, where a check of theirs failed. */
function unread(report: Report): string {
  if (outlivesEnd(report)) return 'the access still works after its end';
  const refused = bucketsWith(report, 'fail');
  return refused > 0
    ? `Kolena cannot read ${refused} of ${count(bucketsWith(report), 'bucket')}`
    : 'the access is not proven';
}

const proving = ['lists', 'reads', 'decrypts'] as const;

/** The number of buckets of which some check about reading has this status. */
function bucketsWith({ checks = [] }: Report, status?: Check['status']): number {
  const reading = checks.filter((check) =>
    // To pass takes somebody who read; to fail, a policy that was read is enough.
    status === 'pass'
      ? proving.some((kind) => isOfKind(check.id, kind))
      : proving.some((column) => columnOf(check) === column),
  );
  const those = reading.filter((check) => status === undefined || check.status === status);
  return new Set(those.flatMap((check) => bucketOf(check) ?? [])).size;
}

function planned(report: Report, change: AccessChange | undefined): string {
  if (change === undefined) return 'done';
  const { plan } = report;
  const { buckets, trust, role, direction } = change;
  if (role === 'none') return 'no access, and nothing to remove';
  if (role === 'removed') return `**all access removed** from ${count(buckets.length, 'bucket')}`;
  const end = role === 'new' ? [endText(report) ?? []].flat() : [];
  const titles = trust.map(({ effect, title }) => (effect === 'stronger' ? title : `**${title}**`));
  const findings = role === 'new' ? [] : [...new Set(titles)];
  const others = change.others.length > 0 ? ['other grants change'] : [];
  if (direction === 'none' && buckets.every((one) => one.direction === 'unchanged'))
    return plan?.hasChanges === true
      ? `access unchanged in ${count(buckets.length, 'bucket')}, only names, descriptions or tags change`
      : `no changes, ${count(buckets.length, 'bucket')} as today`;
  return [
    accessSentence(buckets),
    ...others,
    ...end,
    ...(findings.length > 0 ? [`trust: ${findings.join(', ')}`] : []),
  ].join(' · ');
}

/** One kind of change as a sentence, several as counts. @example '**1 bucket wider**, 1 removed, 1 unchanged' */
function accessSentence(buckets: readonly BucketChange[]): string {
  const groups = groupBy(buckets, ({ direction }) => direction);
  const found = directions.filter((direction) => groups.has(direction));
  const [changed, ...others] = found.filter((direction) => direction !== 'unchanged');
  if (changed !== undefined && others.length === 0) {
    const unchanged = groups.get('unchanged')?.length ?? 0;
    const rest = unchanged > 0 ? `; ${count(unchanged, 'bucket')} unchanged` : '';
    return `${sentences[changed](groups.get(changed)?.length ?? 0)}${rest}`;
  }
  const grows = (direction: BucketDirection) => direction === 'new' || direction.startsWith('wider');
  return found
    .map((direction, at) => {
      const number = groups.get(direction)?.length ?? 0;
      const text = `${at === 0 ? count(number, 'bucket') : number} ${direction}`;
      return grows(direction) ? `**${text}**` : text;
    })
    .join(', ');
}

const sentences: Readonly<Record<BucketDirection, (number: number) => string>> = {
  wider: (number) => `Kolena gets **wider access to ${count(number, 'bucket')}**`,
  'wider and narrower': (number) => `Kolena gets **wider and narrower access to ${count(number, 'bucket')}**`,
  new: (number) => `Kolena gets **read access to ${count(number, 'new bucket')}**`,
  narrower: (number) => `Kolena loses part of its access to ${count(number, 'bucket')}`,
  removed: (number) => `Kolena loses all access to ${count(number, 'bucket')}`,
  'CORS only': (number) => `CORS rules change in ${count(number, 'bucket')}`,
  unchanged: (number) => `${count(number, 'bucket')} unchanged`,
};

function checkCounts({ outcome, plannedChecks = [], checks = [] }: Report): string {
  const foreseen = plannedChecks.filter(({ status }) => status === 'fail').length;
  if (outcome === 'planned' && foreseen > 0) return ` · ❌ ${count(foreseen, 'check')} failed`;
  const number = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  if (number('fail') > 0) return ` · ${number('fail')} of ${count(checks.length, 'check')} failed`;
  if (number('pass') === 0) return '';
  const warnings = number('warning') > 0 ? `, ${count(number('warning'), 'warning')}` : '';
  const untried = number('unprovable') > 0 ? `, ${number('unprovable')} not tried` : '';
  return ` · ${number('pass')} of ${count(checks.length, 'check')} passed${warnings}${untried}`;
}
