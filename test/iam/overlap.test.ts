import fc from 'fast-check';
import { expect, test } from 'vitest';
import { like } from '../../src/iam/evaluate-policy.ts';
import { exampleOf, overlapOf, withOverlaps } from '../../src/iam/examples.ts';

test.each([
  ['image*', 'imag*/*', 'image*/*'],
  ['*.png', 'images/*', 'images/*.png'],
  ['a?c*', 'ab*d', 'abc*d'],
  ['images/*', 'labels/*', undefined],
  ['images/*', '*', undefined],
  ['images/*', 'images/2024/*', undefined],
  ['a.png', 'b.png', undefined],
])('%j and %j have %j in common', (one, other, expected) => {
  expect(overlapOf(one, other)).toBe(expected);
});

test('what several patterns match is found too, and prefixes stay as they are', () => {
  expect(withOverlaps(['*', 'a/*', 'a/b/*', 'c/*'])).toEqual(['*', 'a/*', 'a/b/*', 'c/*']);
  expect(withOverlaps(['a*', '*b*', '*c'])).toContain('a*b*c');
});

test('many patterns that cross end in time', () => {
  const crossing = Array.from({ length: 300 }, (_, at) => `*${at}*/x${at}*`);
  const started = performance.now();
  expect(withOverlaps(crossing).length).toBeLessThan(2000);
  expect(performance.now() - started).toBeLessThan(20_000);
});

const pattern = fc
  .array(fc.constantFrom('a', 'b', '/', '*', '?'), { minLength: 1, maxLength: 7 })
  .map((characters) => characters.join('').replace(/\*+/g, '*'));

test('both patterns match what the overlap matches', () => {
  let found = 0;
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      const overlap = overlapOf(one, other);
      if (overlap === undefined) return;
      found += 1;
      const example = exampleOf(overlap);
      expect([one, other, like(one, example), like(other, example)]).toEqual([one, other, true, true]);
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(100);
});
