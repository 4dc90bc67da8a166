import { expect, test } from 'vitest';
import { withGoMemory } from '../../src/terraform/go-memory.ts';

const gib = 2 ** 30;
const late = { GOGC: 'off', GOMEMLIMIT: '900MiB' };

test.each([
  { has: 'room for one', available: 4 * gib, count: 1, env: {}, more: late },
  { has: 'less than 4 GiB', available: 4 * gib - 1, count: 1, env: {}, more: {} },
  { has: 'room for one of three', available: 11 * gib, count: 3, env: {}, more: {} },
  { has: 'room for three', available: 12 * gib, count: 3, env: {}, more: late },
  { has: 'a collector that the job has set', available: 64 * gib, count: 1, env: { GOGC: '50' }, more: {} },
  { has: 'a limit of the job', available: 64 * gib, count: 1, env: { GOMEMLIMIT: '2GiB' }, more: {} },
])('a machine with $has: $more', ({ env, count, available, more }) => {
  expect(withGoMemory({ env, count, available })).toEqual({ ...env, ...more });
});

test('the memory is the one that the machine itself tells', () => {
  const tuned = withGoMemory({ env: { PATH: '/bin' }, count: 1 });
  expect(tuned['GOGC']).toBe(process.availableMemory() >= 4 * gib ? 'off' : undefined);
});
