import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evidenceJson, evidencePage } from '../../src/report/evidence.ts';
import { maskOf } from '../../src/report/mask.ts';
import type { Report } from '../../src/report/report.ts';
import { actionVersion } from '../../src/report/version.ts';
import { hostileReport, hostileText } from './hostile.ts';
import { recordedReport } from './recorded.ts';
import { states } from './states.ts';

const clear = maskOf({ externalIds: [], accountIds: [] });
const review = {
  number: 7,
  url: 'https://github.com/octo-org/octo-repo/pull/7',
  author: 'octocat',
  approvers: [{ login: 'reviewer', commit: '6dcb09b5b57875f334f61aebed695e2e4193db5e' }],
  mergedBy: 'maintainer',
};
const whole: Report = {
  ...recordedReport('change'),
  review,
  versions: { terraform: '1.11.4', provider: '5.100.0' },
};

/** What was read back, with a text of others in every place. */
const standing = (text: (at: number) => string): NonNullable<Report['standing']> => ({
  policies: [
    {
      name: text(1),
      arn: '',
      document: { Version: text(2), Statement: [] },
      attached: true,
      usedElsewhere: 0,
    },
  ],
  buckets: {
    [text(3)]: {
      corsRules: {
        outcome: 'ok',
        value: [{ ID: text(4), AllowedMethods: [text(5)], AllowedOrigins: [text(6)] }],
      },
      preflights: {},
      unknownOrigin: { outcome: 'skipped', message: text(0) },
    },
  },
});

/** Tags of the page's body, with their attributes. */
const tagsOf = (page: string) =>
  (page.split('<body>')[1] ?? '').match(/<[a-zA-Z/!][^>]*>/g)?.map((tag) => tag.toLowerCase()) ?? [];

const ownTag =
  /^<\/?(?:h[1-4]|p|br|strong|em|sub|code|pre|table|thead|tbody|tr|th|td|ul|ol|li|details|summary|blockquote|a|body|html)>$|^<details open>$|^<code class="language-(?:diff|text)">$|^<a href="https:\/\/github\.com\/octo-org\/octo-repo\/[\w/]+">$/;

describe('the page', () => {
  const page = evidencePage(whole, clear);

  test('loads nothing, runs nothing, and its own style is the only one that its policy lets in', () => {
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'"`);
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|form)\b|url\(|@import/i);
  });

  test('has the comment, and stands open when it is printed', () => {
    expect(page).toContain('Kolena S3 access · plan:');
    expect(page).not.toContain('<details>');
    expect(page).toContain('<details open>');
  });

  test.each([
    ['who wrote it', '<td><code>octocat</code></td>'],
    ['who approved which commit', '<td><code>reviewer</code>, commit <code>6dcb09b</code></td>'],
    ['who merged it', '<td><code>maintainer</code></td>'],
    ['the versions', '<td><code>1.11.4</code></td>'],
    ['the provider', '<td><code>5.100.0</code></td>'],
    ["the Action's version", `<td><code>${actionVersion}</code></td>`],
    ['the whole commit', '<code>6dcb09b5b57875f334f61aebed695e2e4193db5e</code>'],
    ['the time', '<td>23 Nov 2026, 09:00 UTC</td>'],
    ['the documents', 'Documents in AWS today'],
    ['the trust policy', '&quot;sts:AssumeRole&quot;'],
  ])('says %s', (_, text) => {
    expect(page).toContain(text);
  });

  test('says why the pull request is not known', () => {
    const unknown = evidencePage({ ...whole, review: 'there is no GitHub token.' }, clear);
    expect(unknown).toContain('not known: there is no GitHub token.');
  });

  test.each(Object.entries<() => Report>(states))('%s: each check has its evidence', (_, state) => {
    const report = state();
    const shown = evidencePage(report, clear);
    expect(tagsOf(shown).filter((tag) => !ownTag.test(tag))).toEqual([]);
    const titles = report.checks?.length ?? 0;
    expect(shown.match(/<td>(?:❌ fail|⚠️ warning|– not tried|✅ pass)<\/td>/g)?.length ?? 0).toBe(
      titles > 0 ? titles : (report.plannedChecks?.length ?? 0),
    );
  });

  test('whatever stands in names and values, data is no markup', () => {
    const html = fc.constantFrom(
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '"><b>',
      '</pre>',
    );
    const texts = fc.array(fc.oneof(hostileText, html), { minLength: 7, maxLength: 31 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 14 }), (list, rows) => {
        const text = (at: number) => list[at % list.length] ?? '';
        const { desired, ...report } = hostileReport(text, rows);
        const shown = evidencePage(
          {
            ...report,
            ...(desired && { desired }),
            standing: standing(text),
            versions: { terraform: text(0), provider: text(1) },
            review: {
              number: 7,
              url: text(2),
              author: text(3),
              approvers: [{ login: text(4), commit: text(5) }],
              mergedBy: text(6),
            },
          },
          clear,
        );
        expect(tagsOf(shown).filter((tag) => !ownTag.test(tag))).toEqual([]);
        expect(shown.match(/<\/html>/g)).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });
});

test('page and JSON hold no secret, wherever it stands', () => {
  const secret = 'kolena/external+id=1';
  const mask = maskOf({ externalIds: [secret], accountIds: ['111122223333'] });
  const report: Report = {
    ...hostileReport((at) => `${at} ${secret} 111122223333`, 8),
    review: `a ${secret}`,
    standing: standing(() => `${secret} 111122223333`),
  };
  for (const text of [evidencePage(report, mask), evidenceJson(report, mask)]) {
    expect(text).toContain('***');
    expect(text).not.toMatch(/external\+id|external&#43;id|111122223333/);
  }
});

test('the JSON has the same facts, by their names, and nothing of the run beyond them', () => {
  const json = JSON.parse(evidenceJson(whole, clear)) as Record<string, unknown>;
  expect(Object.keys(json)).toEqual([
    'verdict',
    'command',
    'outcome',
    'time',
    'commit',
    'runUrl',
    'pullRequest',
    'versions',
    'accessChange',
    'plan',
    'documents',
    'warnings',
    'notes',
  ]);
  expect(json).toMatchObject({
    pullRequest: review,
    versions: { action: actionVersion, terraform: '1.11.4', provider: '5.100.0' },
    documents: { trustPolicy: { Version: '2012-10-17', Statement: expect.any(Array) as unknown } },
  });
});
