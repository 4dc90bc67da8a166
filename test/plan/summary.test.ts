import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nothingObserved } from '../../src/access/observed.ts';
import { readChanges, type ResourceChange } from '../../src/plan/changes.ts';
import { summarizePlan } from '../../src/plan/summary.ts';
import { forgetting, removal, removing } from './removals.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const none = { add: 0, change: 0, destroy: 0, import: 0 };

function summaryOf(
  changes: readonly ResourceChange[],
  {
    removals = [removal([], false)],
    backend = false,
  }: { removals?: ReturnType<typeof removal>[]; backend?: boolean },
) {
  const desired = { cors: [], ...removing(...removals) };
  return summarizePlan({ changes, desired, observed: nothingObserved, backend });
}

describe('summarizePlan', () => {
  it.each(['create', 'adopt', 'adopt-change', 'replace', 'forget', 'destroy'])(
    "counts as Terraform's own line does: %s",
    (name) => {
      const line = /^Plan: .*$/m.exec(fixture(`${name}.diff.txt`))?.[0] ?? '';
      const count = (of: string) => Number(new RegExp(`(\\d+) to ${of}`).exec(line)?.[1] ?? 0);
      expect(summaryOf(readChanges(JSON.parse(fixture(`${name}.json`))), {}).counts).toEqual({
        add: count('add'),
        change: count('change'),
        destroy: count('destroy'),
        import: count('import'),
      });
    },
  );

  it('counts a rule removed through S3 as a change where rules of others stay', () => {
    expect(summaryOf([], { removals: [removal()] })).toMatchObject({
      counts: { ...none, change: 1 },
      hasChanges: true,
    });
  });

  it("counts a bucket's last rule as a destroy", () => {
    expect(summaryOf([], { removals: [removal([])] })).toMatchObject({
      counts: { ...none, destroy: 1 },
      hasChanges: true,
    });
  });

  it('does not count a bucket that has no rule of Kolena', () => {
    const summary = summaryOf([], { removals: [removal(undefined, false)], backend: true });
    expect(summary).toEqual({ changes: [], counts: none, hasChanges: false });
  });

  it('takes what Terraform only forgets for a change where a backend keeps state', () => {
    expect(summaryOf([forgetting], { backend: true }).hasChanges).toBe(true);
    expect(summaryOf([forgetting], { backend: false }).hasChanges).toBe(false);
  });

  it('takes an import alone for a change only where a backend keeps state', () => {
    const adopted = readChanges(JSON.parse(fixture('adopt.json')));
    expect(summaryOf(adopted, { backend: false })).toMatchObject({
      counts: { import: 4 },
      hasChanges: false,
    });
    expect(summaryOf(adopted, { backend: true }).hasChanges).toBe(true);
  });
});
