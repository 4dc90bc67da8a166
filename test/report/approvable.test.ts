import { expect, test } from 'vitest';
import { readMarker, writeMarker } from '../../src/report/marker.ts';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import { recordedReport } from './recorded.ts';

const mask = maskOf({ externalIds: [], accountIds: [] });
const render = (report: Report, head: string, previous?: string) =>
  renderComment(report, { key: 'default', head, previous, mask });
const planned = recordedReport('create');

test('a plan puts its digest and head into the marker', () => {
  expect(readMarker(render(planned, 'head-1'), 'default')).toMatchObject({
    digest: planned.digest,
    head: 'head-1',
  });
});

test('a plan that failed leaves nothing to approve', () => {
  const failure = { reason: 'destroy-refused', message: 'm', remedy: 'r' } as const;
  const marker = readMarker(
    render({ ...planned, outcome: 'failed', failure }, 'head-2', render(planned, 'head-1')),
    'default',
  );
  expect(marker).toMatchObject({ head: 'head-2' });
  expect(marker).not.toHaveProperty('digest');
});

test('an apply keeps what was approved', () => {
  const applied: Report = { ...recordedReport('change'), command: 'apply', outcome: 'applied' };
  expect(readMarker(render(applied, 'head-2', render(planned, 'head-1')), 'default')).toMatchObject({
    digest: planned.digest,
    head: 'head-1',
  });
});

test('an apply that never was planned approves nothing', () => {
  const applied: Report = { ...recordedReport('change'), command: 'apply', outcome: 'applied' };
  expect(readMarker(render(applied, 'head-1'), 'default')).not.toHaveProperty('digest');
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
    digest: 'd',
    history: [],
  });
});

test('nothing in a marker ends the HTML comment or means anything', () => {
  const verdict = '--> @octocat <b> #12 & --!> ---';
  const text = writeMarker({ key: 'default', latest: { time: 't', verdict }, history: [] });
  expect(text.slice(4, -3)).not.toMatch(/--|[<>@#&]/);
  expect(readMarker(text, 'default')?.latest.verdict).toBe(verdict);
});
