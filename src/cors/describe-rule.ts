import type { CorsRule } from './rule.ts';

/** A rule on one line, as `rule KolenaS3Access: GET from https://app.kolena.io, headers *`. */
export function describeRule(rule: CorsRule): string {
  const { AllowedMethods, AllowedOrigins, AllowedHeaders, ExposeHeaders, MaxAgeSeconds } = rule;
  const list = (label: string, values: readonly string[] = []) =>
    values.length > 0 ? [`${label} ${values.join(' ')}`] : [];
  const terms = [
    `${AllowedMethods.join(' ')} from ${AllowedOrigins.join(' ')}`,
    ...list('headers', AllowedHeaders),
    ...list('exposes', ExposeHeaders),
    ...(MaxAgeSeconds === undefined ? [] : [`max age ${MaxAgeSeconds} s`]),
  ];
  return `${nameOf(rule)}: ${terms.join(', ')}`;
}

/** A rule with one origin or header a line, below a line that counts them: for rules too long to be read on one. */
export function listRule(rule: CorsRule): { readonly heading: string; readonly lines: readonly string[] } {
  const { AllowedMethods, AllowedOrigins, AllowedHeaders = [], ExposeHeaders = [], MaxAgeSeconds } = rule;
  const counts = [
    `${AllowedOrigins.length} origins`,
    `${AllowedHeaders.length + ExposeHeaders.length} headers`,
    ...(MaxAgeSeconds === undefined ? [] : [`max age ${MaxAgeSeconds} s`]),
  ];
  return {
    heading: `${nameOf(rule)}: ${AllowedMethods.join(' ')}, ${counts.join(', ')}`,
    lines: [
      ...AllowedOrigins.map((origin) => `from ${origin}`),
      ...AllowedHeaders.map((header) => `header ${header}`),
      ...ExposeHeaders.map((header) => `exposes ${header}`),
    ],
  };
}

function nameOf({ ID }: CorsRule): string {
  return ID === undefined || ID === '' ? 'rule' : `rule ${ID}`;
}
