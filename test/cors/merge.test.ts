import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorsRule } from '../../src/cors/rule.ts';
import { allowedBy, foreignRules, isOurs, mergeCors, ourCorsRule } from '../../src/cors/merge.ts';

const ours = ourCorsRule({ corsOrigins: ['https://app.kolena.io'] });
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
        const merged = mergeCors(rules, ours);
        const foreign = rules.filter((rule) => !isOurs(rule, ours));
        expect(merged).toStrictEqual([...foreign, ours]);
        expect(merged.filter((rule) => isOurs(rule, ours))).toHaveLength(1);
      }),
    );
  });

  test('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        expect(mergeCors(mergeCors(rules, ours), ours)).toStrictEqual(mergeCors(rules, ours));
      }),
    );
  });

  test('is undone by removal, which leaves exactly the foreign rules', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const foreign = rules.filter((rule) => !isOurs(rule, ours));
        expect(foreignRules(mergeCors(foreign, ours), ours)).toStrictEqual(foreign);
        expect(foreignRules(rules, ours)).toStrictEqual(foreign);
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
        const foreign = foreignRules(rules, ours);
        const before = allowedBy(foreign, asked);
        expect(allowedBy(mergeCors(rules, ours), asked)).toBe(before ?? allowedBy([ours], asked));
      }),
    );
  });
});

describe('a rule is ours', () => {
  test.each<[string, CorsRule]>([
    ['by its ID, whatever it says', { ID: 'KolenaS3Access', AllowedMethods: ['PUT'], AllowedOrigins: ['*'] }],
    ["as Kolena's page has it", handMade],
    [
      'as S3 answers it, without the empty list',
      { AllowedHeaders: ['*'], AllowedMethods: ['GET'], AllowedOrigins: ['https://app.kolena.io'] },
    ],
    ['with an ID of its maker', { ...handMade, ID: 'kolena images' }],
    ['with the age of zero that the AWS provider writes', { ...handMade, MaxAgeSeconds: 0 }],
    ['with a method given twice', { ...handMade, AllowedMethods: ['GET', 'GET'] }],
  ])('%s', (_, rule) => {
    expect(isOurs(rule, ours)).toBe(true);
  });

  test.each<[string, CorsRule]>([
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
    expect(isOurs(rule, ours)).toBe(false);
  });

  test('whatever the order of its origins', () => {
    const two = ourCorsRule({ corsOrigins: ['https://app.kolena.io', 'https://app.kolena.com'] });
    expect(isOurs({ ...two, ID: 'x', AllowedOrigins: two.AllowedOrigins.toReversed() }, two)).toBe(true);
  });
});

/** The cases are those of https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
describe('S3 answers with the first rule of which origin, method and all headers match:', () => {
  const rule = (over: Partial<CorsRule>): CorsRule => ({
    AllowedMethods: ['GET'],
    AllowedOrigins: ['http://www.example1.com'],
    ...over,
  });
  const ask = { origin: 'http://www.example1.com', method: 'GET' };

  test.each<[string, CorsRule, Parameters<typeof allowedBy>[1], boolean]>([
    ['the very origin', rule({}), ask, true],
    ['another origin', rule({}), { ...ask, origin: 'http://www.example2.com' }, false],
    ['another scheme', rule({}), { ...ask, origin: 'https://www.example1.com' }, false],
    ['another port', rule({}), { ...ask, origin: 'http://www.example1.com:8080' }, false],
    ['any origin', rule({ AllowedOrigins: ['*'] }), ask, true],
    ['a wildcard in front', rule({ AllowedOrigins: ['http://*.example1.com'] }), ask, true],
    [
      'a wildcard and another domain behind it',
      rule({ AllowedOrigins: ['http://*.example1.com'] }),
      { ...ask, origin: 'http://www.example1.com.evil.io' },
      false,
    ],
    [
      'a wildcard that would match its ends twice',
      rule({ AllowedOrigins: ['http://a*a.com'] }),
      { ...ask, origin: 'http://a.com' },
      false,
    ],
    [
      'a dot, which is no wildcard',
      rule({ AllowedOrigins: ['http://www.example1.com'] }),
      { ...ask, origin: 'http://wwwxexample1.com' },
      false,
    ],
    ['another method', rule({}), { ...ask, method: 'PUT' }, false],
    ['the method in lower case', rule({}), { ...ask, method: 'get' }, false],
    ['a header that is not allowed', rule({}), { ...ask, headers: ['Authorization'] }, false],
    [
      'a header in another case',
      rule({ AllowedHeaders: ['Authorization'] }),
      { ...ask, headers: ['authorization'] },
      true,
    ],
    ['any header', rule({ AllowedHeaders: ['*'] }), { ...ask, headers: ['x-amz-date', 'range'] }, true],
    [
      'headers by a wildcard',
      rule({ AllowedHeaders: ['x-amz-*'] }),
      { ...ask, headers: ['X-Amz-Date'] },
      true,
    ],
    [
      'one header too many',
      rule({ AllowedHeaders: ['x-amz-*'] }),
      { ...ask, headers: ['x-amz-date', 'range'] },
      false,
    ],
  ])('%s', (...[, only, request, allowed]) => {
    expect(allowedBy([only], request)).toBe(allowed ? only : undefined);
  });

  test('an earlier rule that lacks the header is passed over', () => {
    const [first, second, third] = [
      rule({}),
      rule({ AllowedHeaders: ['*'] }),
      rule({ AllowedHeaders: ['range'] }),
    ];
    expect(allowedBy([first, second, third], { ...ask, headers: ['range'] })).toBe(second);
    expect(allowedBy([first, second, third], ask)).toBe(first);
  });
});
