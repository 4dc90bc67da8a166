import { describeRule } from '../cors/describe-rule.ts';
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
    if (at < 0) added.push({ sign: '+', text: describeRule(rule) });
    else {
      removed.splice(at, 1);
      kept.push({ sign: ' ', text: `kept ${describeRule(rule)}` });
    }
  }
  return [...kept, ...removed.map((rule): DiffLine => ({ sign: '-', text: describeRule(rule) })), ...added];
}
