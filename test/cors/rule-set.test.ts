import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorsRule } from '../../src/cors/rule.ts';
import { matchingRule } from '../../src/cors/browser.ts';
import { isKolenaRule, joinRules, kolenaRule, splitRules } from '../../src/cors/rule-set.ts';

const ours = kolenaRule({ corsOrigins: ['https://app.kolena.io'] });
const othersOf = (rules: readonly CorsRule[]) => splitRules(rules, ours).others;
const merge = (rules: readonly CorsRule[]) => joinRules({ others: othersOf(rules), kolena: ours });
/** The rule of Kolena's page, which has no ID. */
const handMade: CorsRule = {
  AllowedHeaders: ['*'],
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://app.kolena.io'],
  ExposeHeaders: [],
};

const origins = fc.constantFrom(
  'https://app.kolena.io',
  'https://app.kolena.com',
  '*',
  'https://*.example.com',
);
const list = (values: fc.Arbitrary<string>) => fc.array(values, { minLength: 1, maxLength: 3 });
const anyRule: fc.Arbitrary<CorsRule> = fc.record(
  {
    ID: fc.constantFrom('KolenaS3Access', 'a', 'b'),
    AllowedHeaders: fc.array(fc.constantFrom('*', 'Authorization', 'x-amz-*')),
    AllowedMethods: list(fc.constantFrom('GET', 'PUT', 'HEAD', 'POST', 'DELETE')),
    AllowedOrigins: list(origins),
    ExposeHeaders: fc.array(fc.constantFrom('ETag', 'x-amz-request-id')),
    MaxAgeSeconds: fc.constantFrom(0, 300, 3000),
  },
  { requiredKeys: ['AllowedMethods', 'AllowedOrigins'] },
);
const handMadeRule = fc.constantFrom<CorsRule>(ours, handMade, { ...handMade, ID: 'images' });
const anyRules = fc.array(fc.oneof({ weight: 4, arbitrary: anyRule }, handMadeRule), { maxLength: 12 });

describe('the merge', () => {
  test('keeps every foreign rule as it was and in its order, with ours last and once', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const merged = merge(rules);
        const foreign = rules.filter((rule) => !isKolenaRule(rule, ours));
        expect(merged).toStrictEqual([...foreign, ours]);
        expect(merged.filter((rule) => isKolenaRule(rule, ours))).toHaveLength(1);
      }),
    );
  });

  test('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        expect(merge(merge(rules))).toStrictEqual(merge(rules));
      }),
    );
  });

  test('is undone by removal, which leaves exactly the foreign rules', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const foreign = rules.filter((rule) => !isKolenaRule(rule, ours));
        expect(othersOf(merge(foreign))).toStrictEqual(foreign);
        expect(othersOf(rules)).toStrictEqual(foreign);
      }),
    );
  });

  test('takes nothing from what the rules before it allowed, and adds what ours allows', () => {
    const request = fc.record({
      origin: fc.constantFrom('https://app.kolena.io', 'https://a.example.com', 'https://evil.example'),
      method: fc.constantFrom('GET', 'PUT'),
      headers: fc.array(fc.constantFrom('authorization', 'X-Amz-Date', 'range')),
    });
    fc.assert(
      fc.property(anyRules, request, (rules, asked) => {
        const foreign = othersOf(rules);
        const before = matchingRule(foreign, asked);
        expect(matchingRule(merge(rules), asked)).toBe(before ?? matchingRule([ours], asked));
      }),
    );
  });
});

describe('a split', () => {
  test('names the rule with the effect of Kolena before one with its ID alone, and a second split by it is equal', () => {
    const renamed: CorsRule = { ...ours, AllowedOrigins: ['https://old.kolena.io'] };
    const other: CorsRule = { AllowedMethods: ['PUT'], AllowedOrigins: ['*'] };
    const rules = [renamed, other, handMade];
    const split = splitRules(rules, ours);
    expect(split).toEqual({ others: [other], kolena: handMade });
    expect(splitRules(rules, split.kolena)).toEqual(split);
    expect(splitRules([other], ours)).toEqual({ others: [other], kolena: undefined });
  });
});

describe('a rule counts as the rule of Kolena', () => {
  test.each<[string, CorsRule]>([
    ['by its ID, whatever it says', { ID: 'KolenaS3Access', AllowedMethods: ['PUT'], AllowedOrigins: ['*'] }],
    ["as Kolena's page has it", handMade],
    [
      'as S3 answers it, without the empty list',
      { AllowedHeaders: ['*'], AllowedMethods: ['GET'], AllowedOrigins: ['https://app.kolena.io'] },
    ],
    ['with the age of zero that the AWS provider writes', { ...handMade, MaxAgeSeconds: 0 }],
    ['with a method given twice', { ...handMade, AllowedMethods: ['GET', 'GET'] }],
  ])('%s', (_, rule) => {
    expect(isKolenaRule(rule, ours)).toBe(true);
  });

  test.each<[string, CorsRule]>([
    ['it has an ID of its own, though its effect is the same', { ...handMade, ID: 'viewer-team' }],
    ['it allows another method too', { ...handMade, AllowedMethods: ['GET', 'HEAD'] }],
    ['it is for another origin', { ...handMade, AllowedOrigins: ['https://app.kolena.com'] }],
    [
      'it is for another origin too',
      { ...handMade, AllowedOrigins: ['https://app.kolena.io', 'https://example.com'] },
    ],
    ['it allows no headers', { ...handMade, AllowedHeaders: [] }],
    ['it exposes a header', { ...handMade, ExposeHeaders: ['ETag'] }],
    ['it is cached for long', { ...handMade, MaxAgeSeconds: 3000 }],
    [
      'only the case of its ID differs',
      { ID: 'kolenas3access', AllowedMethods: ['PUT'], AllowedOrigins: ['*'] },
    ],
  ])('but not when %s', (_, rule) => {
    expect(isKolenaRule(rule, ours)).toBe(false);
  });

  test('whatever the order of its origins', () => {
    const two = kolenaRule({ corsOrigins: ['https://app.kolena.io', 'https://app.kolena.com'] });
    const reversed = { ...handMade, AllowedOrigins: two.AllowedOrigins.toReversed() };
    expect(isKolenaRule(reversed, two)).toBe(true);
  });
});
