import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { readYaml } from '../../src/action/yaml-file.ts';

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
  ['a second document', 'a: b\n---\na: c\n', ['a second document begins at line 2, column 1']],
  ['an alias of nothing', 'a: *b\n', ['Unresolved alias (the anchor must be set before the alias): b']],
  ['a tag', 'a: !secret b\n', ['Unresolved tag: !secret at line 1, column 4']],
  [
    'several things',
    'a: 1\na: 2\nb: 3\nb: 4\n',
    ['Map keys must be unique at line 2, column 1', 'Map keys must be unique at line 4, column 1'],
  ],
])('%s is shown by its place', (_name, text, problems) => {
  writeFileSync(file, text);
  expect(messageOf(file).split('\n')).toEqual([
    `${file} is not YAML:`,
    ...problems.map((problem) => `- ${problem}`),
  ]);
});

test('no line of the file is repeated, which could hold the external ID', () => {
  writeFileSync(file, 'kolena-external-id: our-secret\nkolena-external-id: our-secret\n');
  expect(messageOf(file)).not.toContain('our-secret');
});

test('a file that is not there and a directory are called so', () => {
  expect(messageOf(join(folder, 'eu.yml'))).toBe(`There is no file ${join(folder, 'eu.yml')}.`);
  expect(messageOf(folder)).toBe(`${folder} is a directory: a YAML file is needed.`);
});
