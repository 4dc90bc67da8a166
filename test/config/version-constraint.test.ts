import { describe, expect, it } from 'vitest';
import { newestAllowed, parseConstraint } from '../../src/config/version-constraint.ts';

describe('parseConstraint', () => {
  // https://developer.hashicorp.com/terraform/language/expressions/version-constraints
  it.each([
    ['1.11.4', ['1.11.4'], ['1.11.3', '1.11.5', '1.11.4-rc1']],
    ['= 1.11.4', ['1.11.4'], ['1.11.3']],
    ['v1.11.4', ['1.11.4'], ['1.11.3']],
    ['!= 1.11.4', ['1.11.3', '1.12.0'], ['1.11.4']],
    ['> 1.11.4', ['1.11.5', '1.12.0', '2.0.0'], ['1.11.4', '1.9.9']],
    ['>=1.10', ['1.10.0', '1.11.0', '2.0.0'], ['1.9.9']],
    ['< 1.11', ['1.10.9'], ['1.11.0', '1.11.1']],
    ['<= 1.11.0', ['1.11.0'], ['1.11.1']],
    ['~> 1.0.4', ['1.0.5', '1.0.10'], ['1.1.0', '1.0.3']],
    ['~> 1.1', ['1.2.0', '1.10.0'], ['2.0.0', '1.0.9']],
    ['>= 1.10.0, < 2.0.0', ['1.10.0', '1.99.0'], ['2.0.0', '1.9.9']],
    ['1.12.0-beta1', ['1.12.0-beta1'], ['1.12.0', '1.12.0-beta2']],
    ['>= 1.0', [], ['1.12.0-beta1', 'x1.11.4', '../1.11.4', '1.11.4/..']],
  ])('%s', (text, allowed, refused) => {
    const allows = parseConstraint(text);
    expect(allowed.filter((version) => allows?.(version) !== true)).toEqual([]);
    expect(refused.filter((version) => allows?.(version) !== false)).toEqual([]);
  });

  it.each(['', 'latest', '^1.2', '1.x', '>= 1.0 < 2.0', '>= 1.2.0-beta1', '1.2.3.4', '>= 1.0,'])(
    'refuses "%s"',
    (text) => {
      expect(parseConstraint(text)).toBeUndefined();
    },
  );
});

describe('newestAllowed', () => {
  it('goes by numbers, not by text', () => {
    expect(newestAllowed(['1.9.8', '1.10.5', '1.2.0'], () => true)).toBe('1.10.5');
  });

  it('gives nothing when none is allowed', () => {
    expect(newestAllowed(['1.9.8'], () => false)).toBeUndefined();
  });
});
