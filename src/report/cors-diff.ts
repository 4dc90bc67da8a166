import { describeRule, listRule } from '../cors/describe-rule.ts';
import { isSameRule } from '../cors/difference.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { DiffLine } from './diff-line.ts';

/** Characters of a rule that are read on one line. */
const READABLE = 400;

/** A bucket's CORS rules compared rule by rule; those that stay as they are come first and are shown as kept. */
export function corsDiff(before: readonly CorsRule[], after: readonly CorsRule[]): DiffLine[] {
  const removed = [...before];
  const kept: DiffLine[] = [];
  const added: DiffLine[] = [];
  for (const rule of after) {
    const at = removed.findIndex((candidate) => isSameRule(candidate, rule));
    if (at < 0) added.push(...linesOf('+', rule));
    else {
      removed.splice(at, 1);
      const [{ text }] = linesOf(' ', rule);
      kept.push({ sign: ' ', text: `kept ${text}` });
    }
  }
  return [...kept, ...removed.flatMap((rule) => linesOf('-', rule)), ...added];
}

/** Whole, since nobody approves what is not shown. */
function linesOf(sign: DiffLine['sign'], rule: CorsRule): [DiffLine, ...DiffLine[]] {
  const text = describeRule(rule);
  if (text.length <= READABLE) return [{ sign, text }];
  const { heading, lines } = listRule(rule);
  return [{ sign, text: heading }, ...lines.map((line): DiffLine => ({ sign, text: `  ${line}` }))];
}
