import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import { writeMarker } from '../../src/report/marker.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
import type { Outcome } from '../../src/report/report.ts';
import { hostileReport, hostileText } from './hostile.ts';
import { structureProblems } from './structure.ts';

const clear = maskOf({ externalIds: [], accountIds: [] });
const texts = fc.array(hostileText, { minLength: 7, maxLength: 31 });
const outcomes = fc.constantFrom<Outcome>(
  'planned',
  'applied',
  'verified',
  'failed',
  'skipped',
  'synthesized',
);
const from = (list: readonly string[]) => (at: number) => list[at % list.length] ?? '';

test('whatever stands in names and values, the Markdown is whole and data means nothing', () => {
  fc.assert(
    fc.property(texts, outcomes, fc.integer({ min: 0, max: 14 }), (list, outcome, rows) => {
      const report = { ...hostileReport(from(list), rows), outcome };
      const entry = { time: '2026-11-23T09:00:00.000Z', commit: list[0] ?? '', verdict: list[1] ?? '' };
      const previous = writeMarker({ key: 'default', latest: entry, history: [entry, entry] });
      const comment = renderComment(report, { key: 'default', previous, mask: clear });
      expect(structureProblems(comment)).toEqual([]);
      expect(structureProblems(renderSummary(report, clear))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('it fits whatever the size, and stays whole', () => {
  const long = hostileText.map((text) => text.repeat(40).slice(0, 900));
  fc.assert(
    fc.property(
      fc.array(long, { minLength: 5, maxLength: 9 }),
      fc.integer({ min: 20, max: 400 }),
      (list, rows) => {
        const report = hostileReport(from(list), rows);
        const comment = renderComment(report, { key: 'default', mask: clear });
        expect(comment.length).toBeLessThan(65_536);
        expect(new TextEncoder().encode(comment).length).toBeLessThanOrEqual(262_144);
        expect(structureProblems(comment)).toEqual([]);
        expect(new TextEncoder().encode(renderSummary(report, clear)).length).toBeLessThanOrEqual(1_048_576);
      },
    ),
    { numRuns: 5 },
  );
}, 180_000);

test('what is shown does not depend on a secret, whatever its characters and wherever it stands', () => {
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: what an external ID may hold.
  const secret = fc.stringMatching(/^[\w+=,.@:/-]{8,60}$/);
  const around = fc.tuple(hostileText, hostileText);
  fc.assert(
    fc.property(secret, secret, fc.array(around, { minLength: 3, maxLength: 9 }), (one, other, list) => {
      const shown = (value: string) => {
        const mask = maskOf({ externalIds: [value], accountIds: [] });
        const data = list.map(([before, after]) => `${before}«${value}»${after}`);
        return renderComment(hostileReport(from(data), 4), { key: 'default', mask });
      };
      expect(shown(one)).toBe(shown(other));
    }),
    { numRuns: 40 },
  );
});
