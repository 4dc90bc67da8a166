import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { readYaml } from '../../src/action/yaml-file.ts';
import { cpuTimeOf, isWithin } from '../support/pace.ts';

const folder = mkdtempSync(join(tmpdir(), 'yaml-'));
const file = join(folder, 'kolena-s3.yml');

function messageOf(path: string): string {
  try {
    readYaml(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.reason).toBe('invalid-input');
    return error.message;
  }
  throw new Error('it was read');
}

test.each([
  ['a byte order mark', '\uFEFFa: b\n'],
  ['line ends of Windows', 'a: b\r\n'],
  ['an anchor and its alias', 'x: &b b\na: *b\n'],
  ['JSON', '{"a": "b"}'],
])('%s is YAML', (_name, text) => {
  writeFileSync(file, text);
  expect(readYaml(file)).toMatchObject({ a: 'b' });
});

test.each([
  ['a tab', 'buckets:\n\t- a\n', ['Tabs are not allowed as indentation at line 2, column 1']],
  ['a second document', 'a: b\n---\na: c\n', ['A second document begins at line 2, column 1']],
  [
    'an alias of nothing',
    'a: *b\n',
    ['An alias names nothing: put a value that begins with "*" in quotes at line 1, column 4'],
  ],
  ['a tag', 'a: !secret b\n', ['Unresolved tag at line 1, column 4']],
  [
    'several things',
    'a: 1\na: 2\nb: 3\nb: 4\n',
    ['Map keys must be unique at line 2, column 1', 'Map keys must be unique at line 4, column 1'],
  ],
])('%s is shown by its place', (_name, text, problems) => {
  writeFileSync(file, text);
  expect(messageOf(file).split('\n')).toEqual([
    `${file} is not YAML that a config can be read from:`,
    ...problems.map((problem) => `- ${problem}`),
  ]);
});

test.each([
  ['an anchor for a value', 'kolena-external-id: &very-secret\n', 'An anchor has no value'],
  ['a tag of YAML for a value', 'kolena-external-id: !!str\n', 'A value has a tag'],
  ['a tag for a value', 'kolena-external-id: !very-secret\n', 'Unresolved tag'],
  ['an alias for a value', 'kolena-external-id: *very-secret\n', 'An alias names nothing'],
  ['a list as a key', '? [very-secret, "##[stop-commands]x"]\n: b\n', 'A key is not text'],
  ['an alias as a key', 'a: &b [very-secret]\n? *b\n: c\n', 'A key is not text'],
  ['an escape', 'kolena-external-id: "very-secret\\q"\n', 'Invalid escape sequence'],
  ['a directive', '%very-secret\n---\na: b\n', 'Unknown directive'],
  ['a list inside of itself', 'buckets: &a [*a]\n', 'An alias stands inside of what it names'],
  ['a mapping inside of itself', 'tags: &a\n  x: { y: *a }\n', 'An alias stands inside of what it names'],
  ['aliases that multiply', `${laughs()}\n`, 'Excessive alias count'],
  [
    '40,000 aliases',
    `a: &a b\nbuckets: [${Array(40_000).fill('*a').join(',')}]\nc: *c`,
    'An alias names nothing',
  ],
  ['20,000 keys given twice', `tags:\n${keys()}${keys()}`, '- and 9950 more'],
  ['200,000 brackets', `buckets: ${'['.repeat(200_000)}`, 'it nests more than 20 levels'],
  ['100,000 dashes', '- '.repeat(100_000), 'it nests more than 20 levels'],
  ['a stair of keys', stair(), 'it nests more than 20 levels'],
  ['a megabyte', `# ${'x'.repeat(1_000_000)}`, 'it has 1000002 bytes: at most 262144 are allowed'],
])(
  '%s is refused within a second of an ordinary machine, and no value is repeated',
  (_name, text, problem) => {
    writeFileSync(file, text);
    let message = '';
    const milliseconds = cpuTimeOf(() => (message = messageOf(file)));
    expect(isWithin(1000, milliseconds), `${milliseconds} ms`).toBe(true);
    expect(message).toContain(problem);
    expect(message).not.toContain('very-secret');
  },
);

/** Nine lists, each of nine times the one before. */
function laughs(): string {
  return Array.from('abcdefghi')
    .map((name, at, names) => {
      const items = Array<string>(9).fill(at === 0 ? 'x' : `*${names[at - 1] ?? ''}`);
      return `${name}: &${name} [${items.join(',')}]`;
    })
    .join('\n');
}

function keys(): string {
  return Array.from({ length: 10_000 }, (_, at) => `  t${at}: x\n`).join('');
}

function stair(): string {
  return Array.from({ length: 500 }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
}

test('no line of the file is repeated, which could hold the external ID', () => {
  writeFileSync(file, 'kolena-external-id: our-secret\nkolena-external-id: our-secret\n');
  expect(messageOf(file)).not.toContain('our-secret');
});

test('a file that is not there and a directory are called so', () => {
  expect(messageOf(join(folder, 'eu.yml'))).toBe(`There is no file ${join(folder, 'eu.yml')}.`);
  expect(messageOf(folder)).toBe(`${folder} is a directory: a YAML file is needed.`);
});
