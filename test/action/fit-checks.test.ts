import { expect, test } from 'vitest';
import { fitChecks } from '../../src/action/fit-checks.ts';
import type { Check } from '../../src/verify/check.ts';

const check = (status: Check['status'], at: number): Check => ({
  id: `lists:bucket-${at}`,
  title: 'Kolena lists it.',
  status,
  evidence: 'ü'.repeat(200),
});
const many = (status: Check['status'], count: number) =>
  Array.from({ length: count }, (_, at) => check(status, at));

test('checks that a variable has room for stay as they are', () => {
  const checks = [...many('pass', 20), ...many('fail', 2)];
  expect(fitChecks(checks)).toEqual(checks);
});

test('of more than that, the gravest are kept, in at most 30,000 bytes', () => {
  const fitting = fitChecks([...many('pass', 500), ...many('warning', 3), ...many('fail', 2)]);
  expect(fitting.map(({ status }) => status).slice(0, 6)).toEqual([
    ...['fail', 'fail', 'warning', 'warning', 'warning', 'pass'],
  ]);
  const bytes = Buffer.byteLength(JSON.stringify(fitting));
  expect(bytes).toBeLessThanOrEqual(30_000);
  expect(bytes).toBeGreaterThan(29_000);
});
