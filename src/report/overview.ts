import { listOf } from '../iam/compare-policy.ts';
import type { BucketChange, BucketState } from './bucket-states.ts';
import { firstRows, type Detail } from './detail.ts';
import { clip, code, fence, type Inline } from './markdown.ts';
import type { Report } from './report.ts';

const LISTED_BUCKETS = 5;
const newFirst: readonly BucketChange[] = ['new', 'changed', 'adopted', 'unchanged', 'planned'];

/** Who gets what, in a few lines. */
export function overview(report: Report, states: readonly BucketState[], detail: Detail): string[] {
  const { config, desired } = report;
  const show = (data: string) => code(clip(data, detail.clip));
  const lost = states.filter(({ change }) => change === 'removed');
  const loses = lost.length > 0 ? [`- **No longer on:** ${lostBuckets(lost, show)}`] : [];
  if (config === undefined || desired?.role === undefined) return loses;
  const externalId =
    config.kolenaExternalId === undefined
      ? 'without an external ID'
      : `with external ID ${show(config.kolenaExternalId)}`;
  const account = desired.accountId === undefined ? '' : ` in account ${show(desired.accountId)}`;
  const actions = [
    ...new Set(
      desired.policies.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => listOf(Action))),
    ),
  ];
  // What is new must not hide behind "and 20 more".
  const where = newFirst.flatMap((change) => states.filter((state) => state.change === change));
  const { shown, more } = firstRows(where, { ...detail, rows: Math.min(LISTED_BUCKETS, detail.rows) });
  const extents = shown.map((state) => extent(state, show));
  const granted = actions.slice(0, LISTED_BUCKETS).map(show);
  return [
    [
      `- **Who:** ${show(config.kolenaPrincipalArn)} ${externalId}, as role ${show(desired.role.name)}${account}`,
      `- **May do:** ${listed(granted, actions.length - granted.length, ', ')}`,
      `- **On:** ${listed(extents, more)}`,
      ...loses,
    ].join('\n'),
  ];
}

function lostBuckets(lost: readonly BucketState[], show: (data: string) => Inline): Inline {
  const shown = lost.slice(0, LISTED_BUCKETS).map(({ bucket }) => show(bucket));
  return listed(shown, lost.length - shown.length);
}

function extent({ bucket, prefixes, change }: BucketState, show: (data: string) => Inline): Inline {
  const changed = change === 'new' || change === 'changed' ? ` (${change})` : '';
  const shown = prefixes.slice(0, 3).map(show);
  const only = prefixes.length === 0 ? '' : ` only in ${listed(shown, prefixes.length - shown.length, ', ')}`;
  return `${show(bucket)}${only}${changed}`;
}

function listed(items: readonly Inline[], more: number, separator = '; '): Inline {
  return [...items, ...(more > 0 ? [`… and ${more} more`] : [])].join(separator);
}

/** What Kolena's form asks for, ready to be copied, once the access is set up. */
export function forKolena(report: Report, states: readonly BucketState[], detail: Detail): string[] {
  const { desired, observed, config, outcome } = report;
  if (
    (outcome !== 'applied' && outcome !== 'verified') ||
    desired?.role === undefined ||
    config === undefined
  )
    return [];
  const { partition, accountId = '', role } = desired;
  const region = new Map(states.map((state) => [state.bucket, state.region ?? desired.region]));
  const { shown, more } = firstRows(config.buckets, detail);
  const buckets = shown.map(
    ({ bucket, prefix = '' }) => `  s3://${bucket}/${prefix} in ${region.get(bucket) ?? desired.region}`,
  );
  const lines = [
    `Role ARN: ${labelled(observed?.role?.arn ?? `arn:${partition}:iam::${accountId}:role${role.path}${role.name}`)}`,
    ...(config.kolenaExternalId === undefined ? [] : [`External ID: ${labelled(config.kolenaExternalId)}`]),
    `Region: ${desired.region}`,
    'Buckets:',
    ...buckets,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
  return ['#### Send this to Kolena', fence('text', lines.map((line) => clip(line, detail.clip)).join('\n'))];
}

/** Marks a masked value, so that nobody copies the mask as if it were the value: external IDs and role ARNs hold no asterisks. */
function labelled(value: string): string {
  return value.includes('***') ? `${value} (masked)` : value;
}
