import { expect, test } from 'vitest';
import { prose } from '../../src/report/markdown.ts';

// https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
test.each([
  ['Kolena reads s3://images.', 'Kolena reads `s3://images`.'],
  ['It is deadbeef1, or GH-7.', 'It is `deadbeef1`, or `GH-7`.'],
  ['üdeadbeefdeadbeef', '`üdeadbeefdeadbeef`'],
  ['well-defaced', '`well-defaced`'],
  ['The well-known façade', 'The well-known façade'],
])('GitHub finds nothing to link in %s', (sentence, inline) => {
  expect(prose(sentence)).toBe(inline);
});
