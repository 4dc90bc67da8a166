import type { AccessChange } from '../access/access-change.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { publicDatasetsBucket, spellLocation } from '../config/bucket-location.ts';
import { listOf } from '../iam/compare-policy.ts';
import { resourceKinds } from '../plan/resources.ts';
import { firstRows, type Detail } from './detail.ts';
import { clip, code, details, few, fence, type Inline } from './markdown.ts';
import type { Report } from './report.ts';
import { isVerified } from '../verify/check.ts';
import { humanEnd } from '../base/time.ts';

/** Who gets in, how, what they can do and what not, in a line each. */
export function who(report: Report, change: AccessChange | undefined, detail: Detail): string[] {
  const { config, desired } = report;
  if (config === undefined || desired?.role === undefined) return [];
  const show = (data: string) => code(clip(data, detail.clip));
  const account = desired.accountId === undefined ? '' : ` in account ${show(desired.accountId)}`;
  const standing =
    change === undefined || change.role === 'new'
      ? ''
      : ` · trust policy ${change.trust.length === 0 ? 'unchanged' : 'changes'}`;
  return [
    [
      `**Who:** ${caller(config, endText(report), show)}`,
      `**How:** assumes role ${show(desired.role.name)}${account}${standing}`,
      `**Can:** list and read what the table shows${publicDatasets(report, show)}${keys(config.kmsKeyArns, show)}`,
      `**Cannot:** ${cannot(report)}`,
      ...adoption(report, show),
    ].join('\\\n'),
  ];
}

/** The role with who gets into it, as a phrase. */
export function roleAndCaller(report: Report, detail: Detail): Inline {
  const { config, desired } = report;
  if (config === undefined || desired?.role === undefined) return 'Role and trust policy';
  const show = (data: string) => code(clip(data, detail.clip));
  return `Role ${show(desired.role.name)} for ${caller(config, endText(report), show)}`;
}

function caller(config: AccessConfig, end: Inline | undefined, show: (data: string) => Inline): Inline {
  const id =
    config.kolenaExternalId === undefined
      ? '**no external ID**'
      : `external ID ${show(config.kolenaExternalId)} required`;
  return [principal(config.kolenaPrincipalArn, show), id, ...(end === undefined ? [] : [end])].join(', ');
}

/** The account is what a reviewer looks for in an ARN. */
function principal(arn: string, show: (data: string) => Inline): Inline {
  const [, account, kind, name] = /^arn:[a-z-]+:iam::([^:]+):(?:(role|user)\/)?(.+)$/.exec(arn) ?? [];
  if (account === undefined || name === undefined) return show(arn);
  if (kind === undefined)
    return name === 'root' ? `every role and user of account ${show(account)}` : show(arn);
  return `${kind} ${show(name)} of account ${show(account)}`;
}

function publicDatasets({ desired }: Report, show: (data: string) => Inline): Inline {
  const granted = desired?.policies.some(({ document }) =>
    document.Statement.some(({ Resource }) =>
      listOf(Resource).some((arn) => arn.endsWith(`:${publicDatasetsBucket}`)),
    ),
  );
  return granted === true ? `, and Kolena's own public datasets, ${show(publicDatasetsBucket)}` : '';
}

function keys(arns: readonly string[], show: (data: string) => Inline): Inline {
  return arns.length === 0 ? '' : `; decrypt by KMS key ${few(arns.map(show), 2)}`;
}

function cannot({ desired, plannedChecks = [], plan }: Report): Inline {
  if (desired?.warnings.some(({ id }) => id === 'other-policies') === true)
    return 'not known: the role has other policies too, see the warning';
  const simulated = plannedChecks.filter(({ id }) => /^(?:grants|denies-)/.test(id));
  const passed = simulated.filter(({ status }) => status === 'pass').length;
  const proof = simulated.length === 0 ? '' : ` · IAM's simulator: ${passed} of ${simulated.length} passed`;
  return `write, delete or read anything else${plan === undefined ? '' : proof}`;
}

/** The description that marks a role as managed here. */
function adoption({ plan, desired }: Report, show: (data: string) => Inline): string[] {
  const role = plan?.changes.find(({ type }) => type === resourceKinds.role.type);
  const policy = plan?.changes.find(({ type, imported }) => type === resourceKinds.policy.type && imported);
  const isMade = role?.imported === true && role.before?.['description'] !== desired?.role?.description;
  const found = isMade ? role : role?.action === 'create' ? policy : undefined;
  const name = found?.before?.['name'];
  if (found === undefined || typeof name !== 'string') return [];
  const what = isMade ? 'role' : 'policy';
  return [`**Found:** ${what} ${show(name)}, made by hand, managed here from this merge on`];
}

/** What Kolena's form asks for, ready to be copied, once the access is set up. */
export function forKolena(report: Report, detail: Detail): string[] {
  const { desired, observed, config, outcome } = report;
  const isSetUp = outcome === 'applied' || outcome === 'verified';
  if (!isSetUp || desired?.role === undefined || config === undefined) return [];
  const { partition, accountId = '', role } = desired;
  const { shown, more } = firstRows(config.buckets, detail);
  const buckets = shown.map(
    ({ bucket, prefix = '' }) =>
      `  s3://${bucket}/${prefix} in ${observed?.buckets[bucket]?.region ?? desired.region}`,
  );
  const lines = [
    `Role ARN: ${labelled(observed?.role?.arn ?? `arn:${partition}:iam::${accountId}:role${role.path}${role.name}`)}`,
    ...(config.kolenaExternalId === undefined ? [] : [`External ID: ${labelled(config.kolenaExternalId)}`]),
    `Region: ${desired.region}`,
    'Buckets:',
    ...buckets,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
  return [
    details('Send this to Kolena', fence('text', lines.map((line) => clip(line, detail.clip)).join('\n'))),
  ];
}

/** Marks a masked value, so that nobody copies the mask for the value: external IDs and role ARNs hold no asterisks. */
function labelled(value: string): string {
  return value.includes('***') ? `${value} (masked)` : value;
}

/** What Kolena's form asks for, as lines of text; undefined until the access is proven. */
export function kolenaForm({ config, observed, desired, checks = [] }: Report): string | undefined {
  const { role, accountId, partition = '' } = desired ?? {};
  if (!isVerified(checks) || config === undefined || role === undefined || accountId === undefined)
    return undefined;
  const regions = [
    ...new Set(config.buckets.flatMap(({ bucket }) => observed?.buckets[bucket]?.region ?? [])),
  ];
  return [
    'Send this to Kolena:',
    `  Role ARN     arn:${partition}:iam::${accountId}:role${role.path}${role.name}`,
    `  External ID  ${config.kolenaExternalId ?? 'none'}`,
    `  Region       ${regions.join(', ')}${regions.length > 1 ? ' (one integration for each)' : ''}`,
    ...config.buckets.map((location) => `  Scope        s3://${spellLocation(location)}`),
  ].join('\n');
}

/** When the access ends or ended, of fixed words and numbers alone; undefined when it has no end. @example 'ends after 30 Jun 2027 (UTC)' */
export function endText({ config, time }: Pick<Report, 'config' | 'time'>): string | undefined {
  const end = config?.accessUntil;
  if (end === undefined) return undefined;
  return `${Date.parse(end) <= Date.parse(time) ? 'ended' : 'ends'} ${humanEnd(end)}`;
}
