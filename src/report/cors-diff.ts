import { isSameRule } from '../cors/difference.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { DiffLine } from './diff-line.ts';

/** A bucket's CORS rules compared rule by rule; those that stay as they are come first and are shown as kept. */
export function corsDiff(before: readonly CorsRule[], after: readonly CorsRule[]): DiffLine[] {
  const removed = [...before];
  const kept: DiffLine[] = [];
  const added: DiffLine[] = [];
  for (const rule of after) {
    const at = removed.findIndex((candidate) => isSameRule(candidate, rule));
    if (at < 0) added.push({ sign: '+', text: ruleText(rule) });
    else {
      removed.splice(at, 1);
      kept.push({ sign: ' ', text: `kept ${ruleText(rule)}` });
    }
  }
  return [...kept, ...removed.map((rule): DiffLine => ({ sign: '-', text: ruleText(rule) })), ...added];
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
