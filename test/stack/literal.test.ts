import { describe, expect, it } from 'vitest';
import { literal } from '../../src/stack/literal.ts';

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

  // What else has to be hidden from CDKTF is held up by the property test, through Terraform itself.
  it('leaves numbers alone that cannot be a token', () => {
    const key = 'arn:aws:kms:us-east-1:111122223333:key/1234e12d-12e3-34cd-5e10-1234567890ab';
    expect(literal(key)).toBe(key);
  });
});
