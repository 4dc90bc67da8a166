import type { CorsRule } from './rule.ts';

/** A rule on one line, as `rule KolenaS3Access: GET from https://app.kolena.io, headers *`. */
export function describeRule({
  ID,
  AllowedMethods,
  AllowedOrigins,
  AllowedHeaders,
  ExposeHeaders,
  MaxAgeSeconds,
}: CorsRule): string {
  const list = (label: string, values: readonly string[] = []) =>
    values.length > 0 ? [`${label} ${values.join(' ')}`] : [];
  const terms = [
    `${AllowedMethods.join(' ')} from ${AllowedOrigins.join(' ')}`,
    ...list('headers', AllowedHeaders),
    ...list('exposes', ExposeHeaders),
    ...(MaxAgeSeconds === undefined ? [] : [`max age ${MaxAgeSeconds} s`]),
  ];
  return `rule${ID === undefined || ID === '' ? '' : ` ${ID}`}: ${terms.join(', ')}`;
}
