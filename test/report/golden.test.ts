import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/report/mask.ts';
import { renderComment, renderSummary } from '../../src/report/render.ts';
import { hostileReport } from './hostile.ts';
import { goldenPath, recordedReport, recordedRuns } from './recorded.ts';
import { fenced, structureProblems } from './structure.ts';

const mask = maskOf({ externalIds: ['example-external-id', 'another-external-id'], accountIds: [] });
const comment = (name: (typeof recordedRuns)[number]) =>
  renderComment(recordedReport(name), { key: 'default', mask });
const visibleLine = (markdown: string) => markdown.split('\n').find((line) => line.startsWith('### '));
const diffOf = (markdown: string) => fenced(markdown, 'diff').join('\n').split('\n');

describe.each(recordedRuns)('the plan %s', (name) => {
  test('gives the kept Markdown', async () => {
    await expect(comment(name)).toMatchFileSnapshot(goldenPath(`${name}.md`));
  });

  test('gives Markdown in which nothing is left open and no data means anything', () => {
    expect(structureProblems(comment(name))).toEqual([]);
    expect(structureProblems(renderSummary(recordedReport(name), mask))).toEqual([]);
  });

  test('shows no external ID', () => {
    expect(comment(name)).not.toMatch(/(?:example|another)-external-id/);
  });
});

/** One value for everything, with what breaks a fence, a table, a link, a fold, a mention and Mermaid. */
const hostile = 'a`|```\n</details>\n@octocat #12 https://evil.example "]; end <b>*x*</b> \\|';

test('hostile names and values give the kept Markdown, in which they mean nothing', async () => {
  const markdown = renderComment(
    hostileReport(() => hostile, 6),
    { key: 'default', mask },
  );
  await expect(markdown).toMatchFileSnapshot(goldenPath('hostile-names.md'));
  expect(structureProblems(markdown)).toEqual([]);
});

test.each([
  ['none', 'no changes, 1 bucket as today'],
  ['create', 'Kolena gets **read access to 1 new bucket**'],
  ['adopt', 'access unchanged in 1 bucket, only names, descriptions or tags change'],
  ['change', '**1 bucket new**, 1 narrower, 1 unchanged · trust: **another external ID**'],
  ['remove', 'Kolena loses all access to 2 buckets; 1 bucket unchanged'],
  ['destroy', '**all access removed** from 1 bucket'],
  ['150-buckets', '**4 buckets new**, 2 removed, 144 unchanged'],
] as const)('the headline of %s is: %s', (name, verdict) => {
  expect(visibleLine(comment(name))).toBe(`### 🔑 Kolena S3 access · plan: ${verdict}`);
});

test('a changed external ID shows as changed though it is hidden', () => {
  expect(diffOf(comment('change'))).toEqual(
    expect.arrayContaining([
      '-       condition StringEquals sts:ExternalId = ***1',
      '+       condition StringEquals sts:ExternalId = ***2',
    ]),
  );
});

test('policy documents are compared by resource and condition', () => {
  const lines = diffOf(comment('change'));
  expect(lines).toContain('-       resource arn:aws:s3:::share-with-kolena/*');
  expect(lines).toContain('+       resource arn:aws:s3:::share-with-kolena/images/*');
  expect(lines).toContain('+       condition StringLike s3:prefix = images/*');
  expect(lines).toContain('        resource arn:aws:s3:::labels-archive/*');
});

test('a foreign CORS rule is shown as kept, and ours as gone', () => {
  expect(diffOf(comment('remove'))).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ {4}kept rule uploads: .*https:\/\/labeling\.example\.com/),
      expect.stringMatching(/^- {3}rule KolenaS3Access: GET from https:\/\/app\.kolena\.io/),
    ]),
  );
});

test('resources are told apart by what happens to them', () => {
  expect(comment('adopt')).toMatch(/\| 🔵&nbsp;adopt \| IAM policy `KolenaS3ReadAccess` \|/);
  expect(comment('adopt')).toMatch(
    /\| 🟡&nbsp;adopt&nbsp;and&nbsp;change \| CORS rules of bucket `share-with-kolena` \|/,
  );
  expect(comment('create')).toMatch(/\| 🟢&nbsp;create \| IAM role `KolenaS3ReadAccess` \|/);
  expect(comment('remove')).toMatch(
    /\| 🔴&nbsp;remove&nbsp;rule \| CORS rules of bucket `labels-archive` \|/,
  );
  expect(comment('remove')).toMatch(/\| 🔴&nbsp;delete \| CORS rules of bucket `street-scenes` \|/);
  expect(comment('none')).toMatch(/\| ⚪&nbsp;unchanged \| IAM role `KolenaS3ReadAccess` \|/);
});

test('without a backend what exists is not told as adopted by every run', () => {
  expect(comment('none')).not.toMatch(/adopt \|/);
  expect(comment('none')).not.toContain('made by hand');
});

test('what was made by hand is told as found', () => {
  expect(comment('adopt')).toContain(
    '**Found:** role `KolenaS3ReadAccess`, made by hand, managed here from this merge on',
  );
});

test('of more than ten rows seven stand open, and every other bucket is in the fold', () => {
  const markdown = comment('150-buckets');
  const rows = (text: string) => text.match(/^\| `[^`]+` \| (?:🆕|➖|unchanged)/gm)?.length ?? 0;
  const open = markdown.slice(0, markdown.indexOf('<details>'));
  expect([rows(open), rows(markdown)]).toEqual([7, 150]);
  expect(markdown).toContain('<summary>143 more buckets: 143 unchanged</summary>');
});

test('the footer names a time for people and the version of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(comment('none')).toMatch(
    new RegExp(` · 23 Nov 2026, 09:00 UTC · kolena-s3-access v${version.replaceAll('.', '\\.')}</sub>$`, 'm'),
  );
});
