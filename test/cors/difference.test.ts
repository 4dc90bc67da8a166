import { describe, expect, test } from 'vitest';
import type { CorsRule } from '../../src/cors/rule.ts';
import { corsDifference, isSameRule } from '../../src/cors/difference.ts';

const rule: CorsRule = {
  ID: 'theirs',
  AllowedHeaders: ['x-a'],
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://example.com'],
  ExposeHeaders: ['ETag'],
  MaxAgeSeconds: 300,
};

describe('corsDifference', () => {
  test.each<[keyof CorsRule, Partial<CorsRule>]>([
    ['ID', { ID: 'other' }],
    ['AllowedHeaders', { AllowedHeaders: ['*'] }],
    ['AllowedMethods', { AllowedMethods: ['GET', 'PUT'] }],
    ['AllowedOrigins', { AllowedOrigins: ['*'] }],
    ['ExposeHeaders', { ExposeHeaders: [] }],
    ['MaxAgeSeconds', { MaxAgeSeconds: 0 }],
  ])('sees another %s', (field, change) => {
    expect(corsDifference([rule], [{ ...rule, ...change }])).toContain(`rule 1 has ${field} `);
  });

  test('sees rules in another order, gone, and new', () => {
    const second = { ...rule, ID: 'second' };
    expect(corsDifference([rule, second], [second, rule])).toContain('rule 1 has ID "second"');
    expect(corsDifference([rule, second], [rule])).toContain('rule 2 is gone: {"ID":"second"');
    expect(corsDifference([rule], [rule, second])).toContain('rule 2 is new: {"ID":"second"');
  });

  test('takes an empty list for none, as S3 does, and nothing else', () => {
    const bare: CorsRule = { AllowedMethods: ['GET'], AllowedOrigins: ['*'] };
    expect(corsDifference([bare], [{ ...bare, AllowedHeaders: [], ExposeHeaders: [] }])).toBeUndefined();
    expect(corsDifference([bare], [{ ...bare, ID: '' }])).toBeDefined();
    expect(corsDifference([rule], [rule])).toBeUndefined();
    expect(isSameRule(bare, { ...bare, AllowedHeaders: [] })).toBe(true);
    expect(isSameRule(bare, { ...bare, MaxAgeSeconds: 0 })).toBe(false);
  });
});
