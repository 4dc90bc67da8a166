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
  const made = defined({ name: 'a', region: 'b' as string | undefined });
  expectTypeOf(made).toExtend<{ name: string; region?: string }>();
});
