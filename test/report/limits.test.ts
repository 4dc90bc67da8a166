import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import { recordedReport } from './recorded.ts';
import { structureProblems } from './structure.ts';

const mask = maskOf({ externalIds: ['example-external-id'], accountIds: [] });
const comment = (report: Report) => renderComment(report, { key: 'default', mask });
const summaryLink = '[job summary](https://github.com/octo-org/octo-repo/actions/runs/1658821493/attempts/1)';

/** The recorded plan of one bucket with this many buckets more, unchanged or created. */
function withBuckets(number: number, action: 'no-op' | 'create'): Report {
  const report = recordedReport('none');
  const names = Array.from(
    { length: number },
    (_, at) => `images-of-the-team-for-street-scenes-number-${at}`,
  );
  const { plan, config, desired, observed } = report;
  if (!plan || !config || !desired || !observed) throw new Error('the recorded report is whole');
  const [policy] = desired.policies;
  const [cors] = desired.cors;
  if (!policy || !cors) throw new Error('the recorded report has a policy and CORS rules');
  const Resource = names.flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]);
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action: 's3:GetObject', Resource }],
  };
  const changes = names.map((bucket) => ({
    address: `aws_s3_bucket_cors_configuration.bucket_${bucket}`,
    type: 'aws_s3_bucket_cors_configuration',
    action,
    imported: false,
    after: { bucket },
  }));
  const { corsRules = [] } = observed.buckets['share-with-kolena'] ?? {};
  return {
    ...report,
    config: { ...config, buckets: names.map((bucket) => ({ bucket })) },
    desired: {
      ...desired,
      policies: [{ ...policy, document }],
      cors: names.map((bucket) => ({ ...cors, bucket, exists: action === 'no-op' })),
    },
    observed: {
      ...observed,
      policies: observed.policies.map((one) => (action === 'no-op' ? { ...one, document } : one)),
      buckets: Object.fromEntries(
        names.map((name) => [
          name,
          { name, region: 'us-east-1', corsRules: action === 'no-op' ? corsRules : [] },
        ]),
      ),
    },
    plan: {
      ...plan,
      changes: [...plan.changes, ...changes],
      counts: { ...plan.counts, add: action === 'create' ? number : 0 },
      hasChanges: action === 'create',
    },
  };
}

describe('what does not fit is left out in this order', () => {
  test("Terraform's own diff first", () => {
    const markdown = comment({ ...recordedReport('change'), rawDiff: 'x'.repeat(70_000) });
    expect(markdown).toContain(
      `Left out to fit GitHub's limit: Terraform's own diff. See the ${summaryLink}.`,
    );
    expect(markdown).toMatch(/⚪&nbsp;unchanged/);
  });

  test('then what stays as it is', () => {
    const markdown = comment(withBuckets(600, 'no-op'));
    expect(markdown).toContain("Left out to fit GitHub's limit: Terraform's own diff, what stays as it is");
    expect(markdown).not.toMatch(/⚪&nbsp;unchanged/);
  });

  test('then rows, which are counted', () => {
    const markdown = comment(withBuckets(600, 'create'));
    expect(markdown).toContain("Terraform's own diff, what stays as it is, rows of long tables. See");
    const rows = markdown.match(/^\| 🟢&nbsp;create \|/gm)?.length ?? 0;
    expect(markdown).toContain(`| … and ${600 - rows} more |`);
    expect(structureProblems(markdown)).toEqual([]);
  });

  test('the job summary has what the comment leaves out', () => {
    const summary = renderSummary(withBuckets(600, 'create'), mask);
    expect(summary.match(/^\| 🟢&nbsp;create \|/gm)).toHaveLength(600);
    expect(summary).not.toContain('Left out');
  });
});

test('ten thousand buckets fit', () => {
  const report = withBuckets(10_000, 'create');
  const markdown = comment(report);
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toContain('**10000 buckets new**');
  expect(structureProblems(markdown)).toEqual([]);
  expect(new TextEncoder().encode(renderSummary(report, mask)).length).toBeLessThanOrEqual(1_048_576);
}, 180_000);

test('characters outside of the basic plane do not take it over the limit', () => {
  const markdown = comment({
    ...recordedReport('create'),
    notes: Array.from({ length: 300 }, () => '😀'.repeat(400)),
  });
  expect(markdown.length).toBeLessThan(65_536);
  expect(new TextEncoder().encode(markdown).length).toBeLessThanOrEqual(262_144);
  expect(markdown).not.toMatch(/\p{Cs}/u);
});
