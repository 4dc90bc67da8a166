import { expect, test } from 'vitest';
import { policyNameOf, policyNumberOf } from '../../src/access/our-policies.ts';

test.each([
  ['Access', 1],
  ['access', 1],
  ['Access-2', 2],
  ['ACCESS-19', 19],
  ['Access-999', 999],
  ['Access-1', undefined],
  ['Access-02', undefined],
  ['Access-20260101', undefined],
  ['Access2', undefined],
  ['Another', undefined],
])('the number of the policy %s is %s', (name, number) => {
  expect(policyNumberOf('Access', name)).toBe(number);
});

test('the name of a policy with a number has that number', () => {
  for (const number of [1, 2, 10, 20])
    expect(policyNumberOf('Access', policyNameOf('Access', number))).toBe(number);
});
