import { describe, expect, it } from 'vitest';
import { literal, literals } from '../../src/stack/literal.ts';

describe('literal', () => {
  // https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
  it.each([
    ['${x}', '$${x}'],
    ['%{if}', '%%{if}'],
    ['a${b}%{c}', 'a$${b}%%{c}'],
    ['$${x}', '$$${x}'],
    ['$ % {} $$', '$ % {} $$'],
  ])('%j is written as %j', (text, written) => {
    expect(literal(text)).toBe(written);
  });

  it('leaves out a list of nothing', () => {
    expect([literals([]), literals(undefined), literals(['${'])]).toEqual([undefined, undefined, ['$${']]);
  });
});
