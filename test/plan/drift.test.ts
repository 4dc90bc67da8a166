import { describe, expect, test } from 'vitest';
import type { Merge, ShownPlan } from '../../src/plan/approval.ts';
import { driftOf, isDrift } from '../../src/plan/drift.ts';
import { factOf, type Fact } from '../../src/plan/fact.ts';

const factNamed = (name: string): Fact =>
  factOf({ kind: 'grant', change: 'comes', subject: name, terms: [], text: name, content: [name] });
const [one, two] = [factNamed('one'), factNamed('two')];
const marks = new Map([one, two].map(({ key, subject }) => [key, `+${subject}`]));
const now = Date.parse('2026-11-25T12:00:00Z');

/** A pull request that was merged this many days ago, and what its comment showed. */
function merge(days: number, shown?: Partial<ShownPlan>): Merge {
  const mergedAt = new Date(now - days * 86_400_000).toISOString();
  return {
    commit: `commit-${days}`,
    pullRequest: { number: 7, url: 'https://github.com/o/r/pull/7', head: 'head', mergedAt },
    ...(shown && { shown: { head: 'head', digest: 'other', isAnew: false, ...shown } }),
  };
}

const found = (
  merges: readonly Merge[],
  contradicts: (commit: string, fact: Fact) => boolean = () => false,
) => {
  const drift = driftOf({ facts: [one, two], marks, digest: 'this', scope: 's', merges, contradicts, now });
  return {
    waiting: drift.waiting.map(({ subject }) => subject),
    drifted: drift.drifted.map(({ subject, side }) => `${subject}: ${side}`),
  };
};

const both = ['+one', '+two'];
const direct: Merge = { commit: 'pushed' };

describe('what a plan finds on a quiet branch', () => {
  test.each<[string, readonly Merge[], { waiting: string[]; drifted: string[] }]>([
    ['all was applied', [], { waiting: [], drifted: ['one: AWS', 'two: AWS'] }],
    ['merged today', [merge(0, { facts: both })], { waiting: ['one', 'two'], drifted: [] }],
    ['merged 7 days ago', [merge(7, { facts: both })], { waiting: ['one', 'two'], drifted: [] }],
    [
      'merged a moment more than 7 days ago',
      [merge(7.001, { facts: both })],
      { waiting: [], drifted: ['one: config', 'two: config'] },
    ],
    ['shown in part', [merge(1, { facts: ['+one'] })], { waiting: ['one'], drifted: ['two: AWS'] }],
    ['a plan of too many facts', [merge(1, { digest: 'this' })], { waiting: ['one', 'two'], drifted: [] }],
    [
      'planned after the merge, so that nobody saw it',
      [merge(1, { facts: both, plannedAt: '2026-11-25T11:00:00Z' })],
      { waiting: [], drifted: ['one: config', 'two: config'] },
    ],
    [
      'planned for another config or account',
      [merge(1, { facts: both, scope: 'other' })],
      { waiting: [], drifted: ['one: config', 'two: config'] },
    ],
    ['merged without a plan', [merge(1)], { waiting: [], drifted: ['one: either', 'two: either'] }],
    ['pushed without a pull request', [direct], { waiting: [], drifted: ['one: either', 'two: either'] }],
    [
      'pushed after a merge that showed one',
      [direct, merge(1, { facts: ['+one'] })],
      { waiting: ['one'], drifted: ['two: either'] },
    ],
    [
      'an old merge and a new one',
      [merge(1, { facts: ['+two'] }), merge(20, { facts: ['+one'] })],
      { waiting: ['two'], drifted: ['one: config'] },
    ],
  ])('%s', (_, merges, expected) => {
    expect(found(merges)).toEqual(expected);
  });

  test('what a later merge took back does not wait, even if that merge is older than 7 days', () => {
    const merges = [merge(1), merge(8), merge(6, { facts: both })];
    expect(found(merges, (commit) => commit === 'commit-8').waiting).toEqual([]);
    expect(found(merges).waiting).toEqual(['one', 'two']);
  });

  test('only more than what waits is drift', () => {
    expect(isDrift({ waiting: [one], drifted: [] })).toBe(false);
    expect(isDrift({ waiting: [one], drifted: [{ ...two, side: 'AWS' }] })).toBe(true);
  });
});
