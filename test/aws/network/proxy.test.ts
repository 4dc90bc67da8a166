import { describe, expect, test } from 'vitest';

import type { Environment } from '../../../src/base/environment.ts';
import { commonSpelling, proxyFor, proxyPasswords, withoutSecrets } from '../../../src/aws/network/proxy.ts';

const sts = 'https://sts.eu-west-1.amazonaws.com';
const proxy = 'http://proxy.corp:3128';

describe('proxyFor', () => {
  test.each([
    [sts, { HTTPS_PROXY: proxy }, 'http://proxy.corp:3128/'],
    [sts, { https_proxy: proxy, HTTPS_PROXY: 'http://other:1' }, 'http://proxy.corp:3128/'],
    [sts, { HTTPS_PROXY: 'proxy.corp:3128' }, 'http://proxy.corp:3128/'],
    [sts, { HTTPS_PROXY: 'https://proxy.corp' }, 'https://proxy.corp/'],
    [sts, { HTTP_PROXY: proxy }, undefined],
    [sts, { HTTPS_PROXY: '' }, undefined],
    [sts, {}, undefined],
    ['http://aws.corp:4566', { HTTP_PROXY: proxy, HTTPS_PROXY: 'http://other:1' }, 'http://proxy.corp:3128/'],
  ])('%s with %o goes by %s', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.href).toBe(expected);
  });

  // https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config, which Terraform follows.
  test.each([
    ['*', sts, true],
    ['amazonaws.com', sts, true],
    ['.amazonaws.com', sts, true],
    ['*.amazonaws.com', sts, true],
    ['AmazonAWS.com', sts, true],
    ['other.corp, amazonaws.com', sts, true],
    ['sts.eu-west-1.amazonaws.com:443', sts, true],
    ['sts.eu-west-1.amazonaws.com:8443', sts, false],
    ['zonaws.com', sts, false],
    ['.sts.eu-west-1.amazonaws.com', sts, false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', sts, false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    ['', sts, false],
    ['', 'https://localhost:4566', true],
    ['', 'https://127.0.0.2:4566', true],
    ['', 'https://[::1]:4566', true],
  ])('NO_PROXY=%s lets %s go directly: %s', (noProxy, url, direct) => {
    const used = proxyFor(new URL(url), { HTTPS_PROXY: proxy, NO_PROXY: noProxy });
    expect(used === undefined).toBe(direct);
  });

  test.each([
    ['socks5://proxy.corp:1080', 'socks5:'],
    ['http://', 'not a URL'],
  ])('refuses %s and says what is allowed', (value, seen) => {
    expect(() => proxyFor(new URL(sts), { HTTPS_PROXY: value })).toThrow(
      expect.objectContaining({
        reason: 'invalid-input',
        message: expect.stringContaining(seen) as string,
        remedy: expect.stringContaining('http://host:port') as string,
      }),
    );
  });
});

describe('commonSpelling', () => {
  test.each<[Environment, Record<string, string>]>([
    [{ HTTPS_PROXY: 'proxy.corp:3128' }, { HTTPS_PROXY: 'http://proxy.corp:3128' }],
    [{ http_proxy: 'user:pass@proxy:3128' }, { http_proxy: 'http://user:pass@proxy:3128' }],
    [{ HTTPS_PROXY: 'http://proxy:3128', https_proxy: '', NO_PROXY: '.corp,10.0.0.0/8,*' }, {}],
    [{ NO_PROXY: '*.corp, *.example.com,github.corp' }, { NO_PROXY: '.corp, .example.com,github.corp' }],
    [{ no_proxy: 'a b *.c' }, { no_proxy: 'a b .c' }],
    [{ AWS_REGION: 'us-east-1' }, {}],
  ])('the common spelling of %j is the one that counts', (env, spelled) => {
    expect(commonSpelling(env)).toEqual(spelled);
  });
});

test.each<[string, string[]]>([
  ['http://user:pa%40ss@proxy:3128', ['pa%40ss', 'pa@ss']],
  ['user:100%@proxy:3128', ['100%']],
  ['https://:secret@proxy', ['secret']],
  ['http://user:a@b@proxy', ['a%40b', 'a@b']],
  ['http://user@proxy:3128', []],
  ['http://proxy:3128/@', []],
  ['', []],
])('the passwords in %s are found', (value, passwords) => {
  expect(proxyPasswords({ HTTPS_PROXY: value, http_proxy: value })).toEqual(passwords);
});

test('a proxy is shown without its user and password', () => {
  expect(withoutSecrets(new URL('http://user:pa%40ss@proxy.corp:3128'))).toBe('http://proxy.corp:3128');
});
