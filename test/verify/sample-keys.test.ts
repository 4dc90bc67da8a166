import { expect, test } from 'vitest';

import { isReachable } from '../../src/verify/sample-keys.ts';

test.each([
  ['./first.jpg', false],
  ['a/../b.jpg', false],
  ['a/.', false],
  ['..', false],
  ['a/.hidden', true],
  ['a...b/c..jpg', true],
  ['%2e/a', true],
  ['a//b', true],
])('a page can ask for %s: %s', (key, reachable) => {
  expect(isReachable(key)).toBe(reachable);
});
