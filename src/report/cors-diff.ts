import type { CorsRule } from '../cors/rule.ts';
import type { DiffLine } from './diff-line.ts';

/** A bucket's CORS rules compared rule by rule; those that stay as they are, foreign ones above all, are shown as kept. */
export function corsDiff(before: readonly CorsRule[], after: readonly CorsRule[]): DiffLine[] {
  const left = before.map(ruleText);
  const kept: DiffLine[] = [];
  const added: DiffLine[] = [];
  for (const rule of after.map(ruleText)) {
    const at = left.indexOf(rule);
    if (at >= 0) left.splice(at, 1);
    (at >= 0 ? kept : added).push({ sign: at >= 0 ? ' ' : '+', text: at >= 0 ? `kept ${rule}` : rule });
  }
  return [...kept, ...left.map((text): DiffLine => ({ sign: '-', text })), ...added];
}

function ruleText({
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
