import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Words that mislead, or that no native speaker of technical English writes; CONTRIBUTING.md has the better ones. */
const misleading: readonly (readonly [name: string, pattern: RegExp, instead: string])[] = [
  ['may not', /\bmay not\b/i, '"is not allowed to", or "might not"'],
  [
    'except as a verb',
    /(?:^|[.:;]\s+|\b(?:to|must|should|not|you)\s+)except\b(?! for| that| when| where)/im,
    '"exempt"',
  ],
  ['is no', /(?<!\bthere )\b(?:is|are) no\b(?! longer| more)/i, '"is not a"'],
  ['foreign', /\bforeign\b(?!-)/i, '"other rules"'],
  ['ours', /\bours\b|\bof ours\b/i, '"Kolena\'s rule", or "the Action\'s comment"'],
  ['alone', /\b(?:leaves?|left)\b[^.\n]{0,30}\balone\b/i, '"does not change"'],
];

const within = (directory: string, ending: RegExp) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => `${directory}/${path}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...within('docs', /\.md$/)];
const data = ['action.yml', 'bootstrap.yaml', 'kolena-s3.schema.json'];
const workflows = [...within('examples', /\.ya?ml$/), ...within('.github', /\.(?:ya?ml|md)$/)];
const sources = [...within('src', /\.ts$/), ...within('bootstrap', /\.ts$/)];

/** What people read of a file: of our sources the texts that they print, of pages all but words that are quoted as words. */
function wordsOf(path: string): string[] {
  const content = readFileSync(path, 'utf8');
  if (path.endsWith('.ts')) return textsIn(path, content);
  return path.endsWith('.md') ? [content.replace(/"[^"\n]*"/g, '""')] : [content];
}

/** The comments of a source, each on one line. */
function commentsIn(path: string): string[] {
  const content = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(content, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(content, node.end) ?? []),
    ];
    for (const { pos, end } of ranges)
      comments.set(pos, content.slice(pos, end).replace(/\s*\n\s*(?:\*\/?|\/\/)?\s*/g, ' '));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...comments.values()];
}

/** Literals of more than one word, with what stands between the values of a template. */
function textsIn(path: string, content: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, content, ts.ScriptTarget.Latest));
  return texts.filter((text) => /\s/.test(text.trim()));
}

const problemsIn = (texts: readonly string[]) =>
  texts.flatMap((text) =>
    misleading.flatMap(([name, pattern, instead]) => {
      const at = text.search(pattern);
      return at < 0 ? [] : [`${name}: "…${text.slice(Math.max(0, at - 40), at + 40)}…" → ${instead}`];
    }),
  );

test.each([
  'The job may not read pull requests.',
  'You should except the role from the Deny.',
  'It is no bucket.',
  'These are no objects.',
  'foreign rules',
  'The comment is not ours.',
  'a comment of ours',
  'The stack leaves it alone.',
  'Other policies are left alone.',
])('%j is refused', (text) => {
  expect(problemsIn([text])).not.toEqual([]);
});

test.each([
  'There is no bucket of that name.',
  'AWS is no longer what was looked at.',
  'all rules except for the first',
  'the check foreign-cors',
  'yours, hours',
  'the policy alone',
])('%j is fine', (text) => {
  expect(problemsIn([text])).toEqual([]);
});

test.each([...pages, ...data, ...workflows])('%s says what it means', (path) => {
  expect(problemsIn(wordsOf(path))).toEqual([]);
});

test('our messages say what they mean', () => {
  const texts = sources.map((path) => ({ path, texts: wordsOf(path) }));
  expect(texts.flatMap((one) => one.texts).length).toBeGreaterThan(500);
  const found = texts.flatMap((one) => problemsIn(one.texts).map((problem) => `${one.path}: ${problem}`));
  expect(found).toEqual([]);
});

test('the comments of our code say what they mean', () => {
  const comments = sources.map((path) => ({ path, texts: commentsIn(path) }));
  expect(comments.flatMap(({ texts }) => texts).length).toBeGreaterThan(1000);
  const found = comments.flatMap(({ path, texts }) =>
    problemsIn(texts).map((problem) => `${path}: ${problem}`),
  );
  expect(found).toEqual([]);
});
