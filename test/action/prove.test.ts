import { expect, test } from 'vitest';

import { modeFor } from '../../src/action/prove.ts';

test('no role is opened on pull_request_target', () => {
  expect(modeFor({ kind: 'pull_request_target' }, 'assume')).toBe('simulate');
  expect(modeFor({ kind: 'push' }, 'assume')).toBe('assume');
  expect(modeFor({ kind: 'push' }, 'simulate')).toBe('simulate');
});
