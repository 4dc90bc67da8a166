import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import type { Check } from '../../src/verify/check.ts';
import { recordedReport } from './recorded.ts';
import { fenced, structureProblems } from './structure.ts';

const clear = maskOf({ externalIds: [], accountIds: [] });
const summary = (report: Report) => renderSummary(report, clear);
const verdict = (report: Report) => summary(report).split('\n')[0];
const check = (status: Check['status'], title: string): Check => ({
  id: title,
  title,
  status,
  evidence: 'Seen.',
});

describe('the first line', () => {
  const created = recordedReport('create');
  const passed = [check('pass', 'One.'), check('pass', 'Two.')];

  test.each<[string, Partial<Report>]>([
    ['✅ Kolena S3 access · applied: Kolena gets **read access to 1 new bucket**', { outcome: 'applied' }],
    [
      '✅ Kolena S3 access · applied and proven from inside your account: Kolena gets **read access to 1 new bucket** · 2 of 2 checks passed',
      { outcome: 'applied', checks: passed },
    ],
    [
      '✅ Kolena S3 access · proven from inside your account: Kolena can read 1 bucket · 3 of 3 checks passed',
      { outcome: 'verified', checks: [...passed, { ...check('pass', 'Reads.'), id: 'reads:images' }] },
    ],
    [
      '⚠️ Kolena S3 access · not proven: this run could not try it · 2 of 3 checks passed, 1 not tried',
      { outcome: 'verified', checks: [...passed, { ...check('unprovable', 'Lists.'), id: 'lists:images' }] },
    ],
    [
      '⚠️ Kolena S3 access · ended: not proven: this run could not try all of it · 3 of 4 checks passed, 1 not tried',
      {
        outcome: 'ended',
        checks: [
          ...passed,
          { ...check('pass', 'Ended.'), id: 'ended-reads:images' },
          { ...check('unprovable', 'Ended.'), id: 'ended-reads:videos' },
        ],
      },
    ],
    [
      '❌ The access is not proven · 1 of 3 checks failed',
      {
        outcome: 'failed',
        checks: [...passed, check('fail', 'Three.')],
        failure: { reason: 'verification-failed', message: 'm', remedy: 'r' },
      },
    ],
    [
      '✅ Kolena S3 access · applied and proven from inside your account: Kolena gets **read access to 1 new bucket** · 2 of 4 checks passed, 1 warning, 1 not tried',
      { outcome: 'applied', checks: [...passed, check('warning', 'Three.'), check('unprovable', 'Four.')] },
    ],
    [
      '❌ Applied, but the access is not proven · 1 of 3 checks failed',
      {
        outcome: 'failed',
        command: 'apply',
        checks: [...passed, check('fail', 'Three.')],
        failure: { reason: 'verification-failed', message: 'm', remedy: 'r' },
      },
    ],
    [
      '❌ Drift: AWS does not match the configuration',
      { outcome: 'failed', command: 'plan', failure: { reason: 'plan-changed', message: 'm', remedy: 'r' } },
    ],
    [
      '❌ Not applied: AWS or the configuration is no longer what the plan showed',
      { outcome: 'failed', command: 'apply', failure: { reason: 'plan-changed', message: 'm', remedy: 'r' } },
    ],
    [
      '❌ The destroy failed, and may be done in part',
      {
        outcome: 'failed',
        command: 'destroy',
        failure: { reason: 'apply-failed', message: 'm', remedy: 'r' },
      },
    ],
    ['ℹ️ Kolena S3 access · synthesized, not planned', { outcome: 'synthesized' }],
    ['ℹ️ Kolena S3 access · skipped: nothing was planned, and AWS was not asked', { outcome: 'skipped' }],
  ])('%s', (line, part) => {
    expect(verdict({ ...created, ...part })).toBe(`### ${line}`);
  });

  test('after an apply that had nothing to do it says so', () => {
    expect(verdict({ ...recordedReport('none'), outcome: 'applied' })).toBe(
      '### ✅ Kolena S3 access · nothing had to be applied',
    );
  });

  test('after destroy it tells what was taken away', () => {
    expect(verdict({ ...recordedReport('destroy'), outcome: 'destroyed' })).toBe(
      '### ✅ Kolena S3 access · removed: Kolena no longer has access',
    );
  });
});

test('what failed has the only box, and warnings stand below it', () => {
  const report = recordedReport('create');
  if (!report.desired) throw new Error('the recorded report is whole');
  const warnings = [
    { id: 'no-external-id', message: 'There is no external ID.', remedy: 'Add it.\nkolena-external-id: x' },
  ];
  const markdown = summary({
    ...report,
    desired: { ...report.desired, warnings },
    failure: { reason: 'plan-failed', message: 'Terraform failed.', remedy: 'Try again.' },
  });
  const at = (text: string) => markdown.indexOf(text);
  expect(at('> [!CAUTION]\n> Terraform failed.')).toBeGreaterThan(0);
  expect(at('⚠️ **Warning:** There is no external ID. Add it.')).toBeGreaterThan(at('[!CAUTION]'));
  expect(at('```text\nkolena-external-id: x')).toBeGreaterThan(at('**Warning:**'));
  expect(at('[!WARNING]')).toBe(-1);
  expect(structureProblems(markdown)).toEqual([]);
});

test('checks stand with evidence, what failed first, and its remedy', () => {
  const failed = {
    ...check('fail', 'Kolena lists s3://images.'),
    evidence: 'AccessDenied',
    remedy: 'Allow it:\n{"Effect": "Allow"}',
  };
  const markdown = summary({
    ...recordedReport('create'),
    outcome: 'verified',
    checks: [check('pass', 'One.'), failed],
  });
  expect(markdown).toContain(
    '| ❌ fail | Kolena lists `s3://images`. | AccessDenied |\n| ✅ pass | One. | Seen. |',
  );
  expect(markdown).toContain(
    '¹ **❌ failed:** Kolena lists `s3://images`. AccessDenied **Fix:** Allow it:\n\n```text\n{"Effect": "Allow"}\n```',
  );
});

test('after apply and verify there is a block for Kolena with role, region and buckets', () => {
  const report = recordedReport('change');
  expect(fenced(summary(report), 'text').join()).not.toContain('Role ARN');
  expect(fenced(summary({ ...report, outcome: 'applied' }), 'text')[0]).toBe(
    [
      'Role ARN: arn:aws:iam::123456789012:role/KolenaS3ReadAccess',
      'External ID: another-external-id',
      'Region: us-east-1',
      'Buckets:',
      '  s3://share-with-kolena/images/ in us-east-1',
      '  s3://share-with-kolena/labels/ in us-east-1',
      '  s3://labels-archive/ in us-east-1',
      '  s3://street-scenes/ in us-east-1',
    ].join('\n'),
  );
});

test('AWS account IDs are hidden on demand, and a masked role ARN keeps its shape', () => {
  const mask = maskOf({ externalIds: [], accountIds: ['123456789012', '111122223333'] });
  const markdown = renderSummary({ ...recordedReport('change'), outcome: 'applied' }, mask);
  expect(markdown).not.toMatch(/123456789012|111122223333/);
  expect(markdown).toContain('Role ARN: arn:aws:iam::***account1:role/KolenaS3ReadAccess');
});

describe('earlier results', () => {
  const render = (report: Report, previous?: string) =>
    renderComment(report, { key: 'default', previous, mask: clear });

  test('stay as one line each, newest first, folded', () => {
    const first = render({ ...recordedReport('create'), time: '2026-11-01T00:00:00.000Z' });
    const second = render({ ...recordedReport('change'), time: '2026-11-02T00:00:00.000Z' }, first);
    const third = render({ ...recordedReport('none'), time: '2026-11-03T00:00:00.000Z' }, second);
    expect(third).toContain(
      [
        '<summary>Earlier results (2)</summary>',
        '',
        '- 2 Nov 2026, 00:00 UTC `6dcb09b` plan: 1 bucket new, 1 narrower, 1 unchanged; trust: another external ID',
        '- 1 Nov 2026, 00:00 UTC `6dcb09b` plan: Kolena gets read access to 1 new bucket',
        '',
        '</details>',
      ].join('\n'),
    );
  });

  test('are the last twenty', () => {
    let markdown = render(recordedReport('none'));
    for (let run = 0; run < 25; run++) markdown = render(recordedReport('none'), markdown);
    expect(markdown).toContain('Earlier results (20)');
  });
});

test('once the live documents are proven, the simulator’s word on the planned ones is left out', () => {
  const report = { ...recordedReport('create'), plannedChecks: [check('pass', 'Planned.')] };
  expect(summary(report)).toContain('Planned.');
  const proven = summary({ ...report, outcome: 'applied', checks: [check('pass', 'Live.')] });
  expect(proven).toContain('Live.');
  expect(proven).not.toContain('Planned.');
});

test('a value that is masked is not offered to be copied', () => {
  const mask = maskOf({ externalIds: ['another-external-id'], accountIds: ['123456789012'] });
  const markdown = renderSummary({ ...recordedReport('change'), outcome: 'applied' }, mask);
  expect(fenced(markdown, 'text')[0]).toContain(
    'Role ARN: arn:aws:iam::***account:role/KolenaS3ReadAccess (masked)\nExternal ID: *** (masked)\n',
  );
});

test('a plan that was not applied shows what it would change', () => {
  const failure = { reason: 'plan-changed', message: 'm', remedy: 'r' } as const;
  const markdown = summary({ ...recordedReport('create'), command: 'apply', outcome: 'failed', failure });
  expect(markdown).toContain('Reads: today → if it were applied');
});

test('a check that failed stands with its remedy once, above the checks, and what it checked counts as applied', () => {
  const failed = { ...check('fail', 'Kolena reads.'), remedy: 'Add the key:\nkms-key-arns:' };
  const markdown = summary({
    ...recordedReport('create'),
    command: 'apply',
    outcome: 'failed',
    checks: [check('pass', 'One.'), failed],
    failure: { reason: 'verification-failed', message: '1 of 2 checks failed.', remedy: 'Add the key:' },
  });
  expect(markdown.match(/Add the key:/g)).toHaveLength(1);
  expect(markdown.indexOf('Add the key:')).toBeLessThan(markdown.indexOf('| Result |'));
  expect(markdown).not.toContain('[!CAUTION]');
  expect(markdown).toContain('<summary>What changed, bucket by bucket</summary>');
});

test('that nothing could be proven at all is said, since no check says it', () => {
  const failure = { reason: 'verification-failed', message: 'Not one check.', remedy: 'r' } as const;
  const checks = [check('unprovable', 'One.')];
  expect(summary({ ...recordedReport('create'), outcome: 'failed', checks, failure })).toContain(
    'Not one check.',
  );
});

test('a plan that failed tells no change of which nothing is known', () => {
  const { plan, ...report } = recordedReport('change');
  expect(plan).toBeDefined();
  const failure = { reason: 'plan-failed', message: 'm', remedy: 'r' } as const;
  expect(summary({ ...report, outcome: 'failed', failure })).not.toContain('Kolena reads');
});

test('nothing to destroy is not told as removed', () => {
  const { plan, ...report } = recordedReport('destroy');
  if (plan === undefined) throw new Error('the recorded report is whole');
  const nothing = { ...report, outcome: 'destroyed', plan: { ...plan, hasChanges: false } } as const;
  expect(verdict(nothing)).toBe('### ℹ️ Kolena S3 access · nothing to destroy: there is no such role');
});

test("Terraform's own diff says which CORS rules it leaves out", () => {
  expect(summary(recordedReport('remove'))).toContain(
    "Not in Terraform's text: the CORS rules of 2 buckets,",
  );
  expect(summary(recordedReport('none'))).not.toContain("Not in Terraform's text");
  expect(summary(recordedReport('create'))).not.toContain("Not in Terraform's text");
});
