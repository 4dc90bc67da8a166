import type { Side } from '../plan/drift.ts';
import type { Fact } from '../plan/fact.ts';
import { firstRows, type Detail } from './detail.ts';
import { diffLines } from './sections.ts';
import { fence, prose } from './markdown.ts';
import type { Report } from './report.ts';

const moved: Readonly<Record<Side, string>> = {
  AWS: '**AWS changed since the last apply.** An apply would do this:',
  config: '**The config changed, and was not applied.** A merged pull request showed this:',
  either:
    '**The config or AWS changed.** No comment showed what the newest commits do to access. An apply would do this:',
};

/** What drifted, by the side that moved, and what waits for its apply. */
export function driftSections({ drift }: Report, detail: Detail): string[] {
  if (drift === undefined) return [];
  const { waiting, drifted, changedBy = [] } = drift;
  const sides = (Object.keys(moved) as Side[]).flatMap((side) =>
    listed(
      moved[side],
      drifted.filter((fact) => fact.side === side),
      detail,
    ),
  );
  const patience = '**Waiting for apply.** This counts as drift 7 days after the merge:';
  return [...sides, ...changedBy.map(prose), ...listed(patience, waiting, detail)];
}

function listed(title: string, facts: readonly Fact[], detail: Detail): string[] {
  if (facts.length === 0) return [];
  const { shown, more } = firstRows(facts, detail);
  const lines = shown.map(({ change, text }) => ({ sign: change === 'comes' ? '+' : '-', text }) as const);
  const rest = more > 0 ? [`  … and ${more} more`] : [];
  return [title, fence('diff', [...diffLines([lines], detail.clip), ...rest].join('\n'))];
}
