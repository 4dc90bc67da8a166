import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import {
  isAbout,
  issueSteps,
  renderDriftIssue,
  type DriftIssue,
  type IssueStep,
} from '../../src/report/drift-issue.ts';
import { renderSummary } from '../../src/report/render.ts';
import type { Report } from '../../src/report/report.ts';
import { hostileReport } from './hostile.ts';
import { recordedReport } from './recorded.ts';
import { structureProblems } from './structure.ts';

const clear = maskOf({ externalIds: [], accountIds: [] });
const planned = recordedReport('change');
const [first, ...rest] = planned.facts ?? [];
if (first === undefined) throw new Error('the recorded run changes something');
const drifted: Report = {
  ...planned,
  drift: { waiting: [first], drifted: rest.map((fact) => ({ ...fact, side: 'AWS' as const })) },
};
const body = renderDriftIssue(drifted, { key: 'default', mask: clear });
const digest = drifted.digest ?? '';
const issue = (number: number, part: Partial<DriftIssue> = {}): DriftIssue => ({
  number,
  url: `https://github.com/o/r/issues/${number}`,
  body,
  isOpen: true,
  isDeclined: false,
  ...part,
});
const closed = { isOpen: false };
const declined = { isOpen: false, isDeclined: true };

describe('what is done about the issues', () => {
  const update = (number: number, isNews = false): IssueStep => ({ kind: 'update', number, isNews });
  const close = (number: number, duplicateOf?: number): IssueStep => ({
    kind: 'close',
    number,
    ...(duplicateOf !== undefined && { duplicateOf }),
  });
  test.each<[string, readonly DriftIssue[], boolean, string, readonly IssueStep[]]>([
    ['clean, none', [], false, digest, []],
    ['clean, closed ones', [issue(1, closed), issue(2, declined)], false, digest, []],
    ['clean, one open', [issue(1)], false, digest, [close(1)]],
    ['clean, two open', [issue(1), issue(2)], false, digest, [close(1), close(2, 1)]],
    ['drift, none', [], true, digest, [{ kind: 'open' }]],
    ['drift, one closed when it was clean', [issue(1, closed)], true, digest, [{ kind: 'open' }]],
    ['drift that a person declined', [issue(1, declined)], true, digest, []],
    ['other drift than a person declined', [issue(1, declined)], true, 'other', [{ kind: 'open' }]],
    ['drift, one open', [issue(1)], true, digest, [update(1)]],
    ['other drift, one open', [issue(1)], true, 'other', [update(1, true)]],
    ['a person took the digest away', [issue(1, { body: 'x' })], true, digest, [update(1, true)]],
    [
      'drift, three open',
      [issue(1), issue(2), issue(5)],
      true,
      digest,
      [update(1), close(2, 1), close(5, 1)],
    ],
    ['drift, an older one is closed', [issue(1, closed), issue(2)], true, digest, [update(2)]],
  ])('%s', (_, issues, isDrift, of, steps) => {
    expect(issueSteps(issues, { key: 'default', digest: of, isDrift })).toEqual(steps);
  });
});

describe('the issue', () => {
  test.each([
    ['as it was written', body, 'default', true],
    ['with text of a person around it', `Looking at this.\n\n${body}\n\nJane`, 'default', true],
    ['of another key', body, 'other', false],
    [
      'of a key that begins alike',
      renderDriftIssue(drifted, { key: 'default-2', mask: clear }),
      'default',
      false,
    ],
    [
      'of a key that stands in the text of others',
      `${body}\n<!-- kolena-s3-access:drift {"key":"other","digest":"`,
      'other',
      false,
    ],
    ['an issue of a person', 'Kolena S3 access: AWS and the config differ', 'default', false],
  ])('is found again %s: $3', (_, text, key, expected) => {
    expect(isAbout(text, key)).toBe(expected);
  });

  test('says which side moved, what waits, when, and the version', () => {
    expect(body).toContain('**AWS changed since the last apply.** An apply would do this:\n\n```diff\n');
    expect(body).toContain('**Waiting for apply.** This counts as drift 7 days after the merge:');
    expect(body).toMatch(/<sub>.* · 23 Nov 2026, 09:00 UTC · kolena-s3-access v[\d.]+<\/sub>/);
    expect(body).toContain('Reads: in AWS → by the config');
  });

  test('who changed it stands below, where that is known', () => {
    const { drift } = drifted;
    if (drift === undefined) throw new Error('there is drift');
    const report = { ...drifted, drift: { ...drift, changedBy: ['arn:aws:iam::1:user/jane changed it.'] } };
    expect(renderSummary(report, clear)).toContain('`arn:aws:iam::1:user/jane` changed it.');
  });

  test.each(['AWS', 'config', 'either'] as const)('is whole Markdown, whatever others wrote: %s', (side) => {
    const report = hostileReport((at) => `</details><!-- @octocat ${at}\n\`\`\`\n# x`, 9);
    const facts = rest.map((fact) => ({ ...fact, text: '</details> @octocat\n```\n# x', side }));
    const shown = { ...report, digest, drift: { waiting: facts, drifted: facts } };
    const text = renderDriftIssue(shown, { key: 'default', mask: clear });
    const [, ...lines] = text.split('\n');
    expect(structureProblems(lines.join('\n'))).toEqual([]);
  });

  test('fits, whatever is in it, and hides what is masked', () => {
    const facts = Array.from({ length: 1000 }, (_, at) => ({
      ...first,
      text: `${at} the-secret-id ${'x'.repeat(300)}`,
      side: 'AWS' as const,
    }));
    const mask = maskOf({ externalIds: ['the-secret-id'], accountIds: [] });
    const long = renderDriftIssue({ ...drifted, drift: { waiting: [], drifted: facts } }, { key: 'k', mask });
    expect(long.length).toBeLessThan(65_536);
    expect(long).toContain('0 *** xxx');
    expect(long).not.toContain('the-secret-id');
  });
});
