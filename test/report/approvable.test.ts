import { expect, test } from 'vitest';
import type { ShownPlan } from '../../src/plan/approval.ts';
import { markFacts } from '../../src/plan/fact-marks.ts';
import { readMarker, writeMarker } from '../../src/report/marker.ts';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import { recordedReport } from './recorded.ts';

const mask = maskOf({ externalIds: [], accountIds: [] });
const render = (report: Report, previous?: string) =>
  renderComment(report, { key: 'default', step: 'step-1', previous, mask });
const markerOf = (body: string) => readMarker(body, 'default');
const shown: ShownPlan = {
  head: 'head-1',
  digest: 'd1',
  facts: ['+aaaaaaaaaaaaaaaa', '-bbbbbbbbbbbbbbbb'],
  plannedAt: '2026-11-25T09:00:00.000Z',
  isAnew: true,
  scope: 'kolena-s3.yml@0',
};
const planned: Report = { ...recordedReport('create'), shown };
const apply: Report = { ...recordedReport('change'), command: 'apply', outcome: 'applied', writesDone: true };

test('a plan puts what it shows into the marker, and it is read as it was', () => {
  expect(markerOf(render(planned))?.shown).toEqual(shown);
  expect(render(planned)).toContain('"state":"planned"');
});

test('a plan that failed leaves nothing to approve', () => {
  const failure = { reason: 'destroy-refused', message: 'm', remedy: 'r' } as const;
  const marker = markerOf(render({ ...planned, outcome: 'failed', failure }, render(planned)));
  expect(marker).not.toHaveProperty('shown');
});

test('an apply keeps what was approved, and records how far it came', () => {
  const marker = markerOf(render(apply, render(planned)));
  expect(marker).toMatchObject({ shown, applied: { commit: 'step-1', time: apply.time } });
  expect(render(apply, render(planned))).toContain('"state":"applied"');
});

test('a later plan keeps the record of the apply', () => {
  expect(markerOf(render(planned, render(apply)))).toMatchObject({
    shown,
    applied: { commit: 'step-1', time: apply.time },
  });
});

test('an apply that never was planned approves nothing', () => {
  expect(markerOf(render(apply))).not.toHaveProperty('shown');
});

test.each([
  [1, 200],
  [100, 5_000],
  [300, 15_000],
])('the facts of %i buckets take at most %i characters of a marker', async (buckets, most) => {
  const facts = Array.from({ length: buckets }, (_, at) => [`+["grant",${at}]`, `+["cors rule",${at}]`])
    .flat()
    .map((key) => ({ key }));
  const marks = [...(await markFacts(facts)).values()];
  const size = (plan?: ShownPlan) =>
    writeMarker({ key: 'k', ...(plan && { shown: plan }), latest: { time: 't', verdict: 'v' }, history: [] })
      .length;
  expect(new Set(marks).size).toBe(2 * buckets);
  expect(size({ head: 'h', digest: 'd', isAnew: false, facts: marks }) - size()).toBeLessThan(most);
});

test('a marker of another key, a copy inside of a text, or a broken one is none', () => {
  const marker = writeMarker({ key: 'default', latest: { time: 't', verdict: 'v' }, history: [] });
  expect(readMarker(marker, 'staging')).toBeUndefined();
  expect(readMarker(`> ${marker}`, 'default')).toBeUndefined();
  expect(readMarker(marker.replace('"key":', '"key'), 'default')).toBeUndefined();
});

test('a marker of an earlier version without some fields, or with more, is read', () => {
  expect(
    readMarker('<!-- kolena-s3-access {"key":"default","digest":"d","more":1} -->', 'default'),
  ).toMatchObject({
    key: 'default',
    history: [],
  });
});

test('nothing in a marker ends the HTML comment or means anything', () => {
  const verdict = '--> @octocat <b> #12 & --!> ---';
  const text = writeMarker({ key: 'default', latest: { time: 't', verdict }, history: [] });
  expect(text.slice(4, -3)).not.toMatch(/--|[<>@#&]/);
  expect(readMarker(text, 'default')?.latest.verdict).toBe(verdict);
});
