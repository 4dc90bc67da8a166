import { expect, expectTypeOf, test } from 'vitest';

import { defined } from '../../src/base/defined.ts';

test('defined leaves out what is undefined and keeps every other value, false and empty ones too', () => {
  const region: string | undefined = undefined;
  expect(Object.keys(defined({ name: 'a', region, flag: false, text: '', nothing: null }))).toEqual([
    'name',
    'flag',
    'text',
    'nothing',
  ]);
});

test('defined makes optional what may be undefined, and keeps required what may not', () => {
  const given: { name: string; region: string | undefined } = { name: 'a', region: 'b' };
  const made = defined(given);
  expectTypeOf(made).toExtend<{ name: string; region?: string }>();
});
