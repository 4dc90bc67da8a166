import { describe, expect, test } from 'vitest';
import { matchingRule } from '../../src/cors/browser.ts';
import type { CorsRule } from '../../src/cors/rule.ts';

/** The cases are those of https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
describe('S3 answers with the first rule of which origin, method and all headers match:', () => {
  const rule = (over: Partial<CorsRule>): CorsRule => ({
    AllowedMethods: ['GET'],
    AllowedOrigins: ['http://www.example1.com'],
    ...over,
  });
  const ask = { origin: 'http://www.example1.com', method: 'GET' };

  test.each<[string, CorsRule, Parameters<typeof matchingRule>[1], boolean]>([
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
    expect(matchingRule([only], request)).toBe(allowed ? only : undefined);
  });

  test('an earlier rule that lacks the header is passed over', () => {
    const [first, second, third] = [
      rule({}),
      rule({ AllowedHeaders: ['*'] }),
      rule({ AllowedHeaders: ['range'] }),
    ];
    expect(matchingRule([first, second, third], { ...ask, headers: ['range'] })).toBe(second);
    expect(matchingRule([first, second, third], ask)).toBe(first);
  });
});
