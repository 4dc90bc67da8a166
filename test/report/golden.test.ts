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
const pictureOf = (markdown: string) => fenced(markdown, 'mermaid').join('\n');

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
  ['none', 'No changes: Kolena can read 1 bucket.'],
  ['create', 'Kolena will be able to read 1 bucket; 1 new.'],
  ['adopt', 'Kolena will be able to read 1 bucket; 1 changed.'],
  [
    'change',
    'Kolena will be able to read 3 buckets; 1 new, 1 changed, 1 unchanged. Who may assume the role changes.',
  ],
  ['remove', 'Kolena will be able to read 1 bucket; 1 unchanged, 2 removed.'],
  ['destroy', 'Kolena will no longer be able to read 1 bucket.'],
  ['150-buckets', 'Kolena will be able to read 148 buckets; 4 new, 144 unchanged, 2 removed.'],
] as const)('the verdict of %s is: %s', (name, verdict) => {
  expect(visibleLine(comment(name))).toBe(`### ${verdict}`);
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
  expect(comment('adopt')).toMatch(/\| 🔵 adopt \| IAM policy `KolenaS3ReadAccess` \|/);
  expect(comment('adopt')).toMatch(/\| 🟡 adopt and change \| CORS rules of bucket `share-with-kolena` \|/);
  expect(comment('create')).toMatch(/\| 🟢 create \| IAM role `KolenaS3ReadAccess` \|/);
  expect(comment('remove')).toMatch(/\| 🔴 remove rule \| CORS rules of bucket `labels-archive` \|/);
  expect(comment('remove')).toMatch(/\| 🔴 delete \| CORS rules of bucket `street-scenes` \|/);
  expect(comment('none')).toMatch(/\| ⚪ unchanged \| IAM role `KolenaS3ReadAccess` \|/);
});

test('without a backend what exists is not told as adopted by every run', () => {
  expect(comment('none')).not.toMatch(/adopt \|/);
});

test('the picture tells states apart by shape and word', () => {
  const picture = pictureOf(comment('change'));
  expect(picture).toMatch(/b\d\("<b>NEW<\/b><br\/>street-scenes/);
  expect(picture).toMatch(
    /\{\{"<b>CHANGED<\/b><br\/>share-with-kolena<br\/>only<br\/>images\/<br\/>labels\//,
  );
  expect(picture).toMatch(/\["labels-archive"\]/);
  expect(pictureOf(comment('remove'))).toMatch(/>"<b>REMOVED<\/b><br\/>labels-archive/);
  expect(pictureOf(comment('adopt'))).toMatch(/\[\["<b>ADOPTED<\/b><br\/>IAM policy/);
});

test('past twelve buckets the picture groups them', () => {
  const picture = pictureOf(comment('150-buckets'));
  expect(picture).toContain('144 buckets');
  expect(picture.match(/^ {2}b\d+\W/gm)).toHaveLength(3);
});
