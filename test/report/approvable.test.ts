import { describe, expect, test } from 'vitest';
import type { ShownPlan } from '../../src/plan/approval.ts';
import { markFacts } from '../../src/plan/fact-marks.ts';
import { readMarker, writeMarker } from '../../src/report/marker.ts';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
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

describe('a plan that does not fit', () => {
  /** The recorded plan, which replaces this many rules of others by Kolena's alone. */
  const replacing = (rules: number, origins: number): Report => {
    const report = recordedReport('create');
    const { observed, desired, plan } = report;
    const bucket = 'share-with-kolena';
    const [cors] = desired?.cors ?? [];
    if (!observed || !desired || !plan || !cors) throw new Error('the recorded report is whole');
    const corsRules = Array.from({ length: rules }, (_, rule) => ({
      ID: `theirs-${rule}`,
      AllowedMethods: ['GET'],
      AllowedOrigins: Array.from(
        { length: origins },
        (_, at) => `https://${'long-'.repeat(20)}${rule}-${at}.example`,
      ).concat(rule === rules - 1 ? ['https://a-stranger.example'] : []),
    }));
    return {
      ...report,
      shown,
      observed: { ...observed, buckets: { [bucket]: { name: bucket, region: 'us-east-1', corsRules } } },
      desired: { ...desired, cors: [{ ...cors, rules: { ...cors.rules, others: [] } }] },
    };
  };

  test('shows a rule of 151 origins whole, one a line', () => {
    const body = render(replacing(1, 150));
    expect(body).toMatch(/^- +from https:\/\/a-stranger\.example$/m);
    expect(markerOf(body)?.shown).toEqual(shown);
  });

  test('can be approved while the job summary shows what the comment cuts', () => {
    const report = replacing(20, 100);
    const body = render(report);
    expect(body).not.toContain('a-stranger');
    expect(body).toMatch(/rows of long tables\. See the \[job summary\]/);
    expect(renderSummary(report, mask)).toMatch(/^- +from https:\/\/a-stranger\.example$/m);
    expect(markerOf(body)?.shown).toEqual(shown);
  });

  test('cannot be approved where neither shows it whole, and says so', () => {
    const report = replacing(100, 100);
    const body = render(report);
    expect(renderSummary(report, mask)).not.toContain('a-stranger');
    expect(body).toContain('nothing of it can be approved');
    expect(markerOf(body)?.shown).toMatchObject({ digest: '', isCut: true, head: shown.head });
    expect(markerOf(body)?.shown).not.toHaveProperty('facts');
    // An apply that is refused, or passes, leaves it so.
    expect(markerOf(render(apply, body))?.shown).toMatchObject({ isCut: true });
  });
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
