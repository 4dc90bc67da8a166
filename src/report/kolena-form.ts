import { spellLocation } from '../config/bucket-location.ts';
import { isVerified } from '../verify/check.ts';
import type { Report } from './report.ts';

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
