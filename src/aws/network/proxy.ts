import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Environment } from '../../base/environment.ts';
import { UserError } from '../../base/errors.ts';

/**
 * The proxy for `url`, if any, found as Terraform does: https://pkg.go.dev/golang.org/x/net/http/httpproxy
 * @example proxyFor(new URL('https://sts.us-east-1.amazonaws.com'), { HTTPS_PROXY: 'proxy:3128' })?.href // 'http://proxy:3128/'
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = fromEither(name, env);
  if (value === undefined || isBypassed(url, env)) return undefined;
  const proxy = addressOf(value);
  if (proxy === undefined || !['http:', 'https:'].includes(proxy.protocol)) {
    throw new UserError({
      reason: 'invalid-input',
      message: `${name} does not name an HTTP proxy: ${proxy === undefined ? 'it is not a URL' : `its scheme is ${proxy.protocol}//`}.`,
      remedy: `Set ${name} to http://host:port or https://host:port, or add ${url.hostname} to NO_PROXY.`,
    });
  }
  return proxy;
}

/**
 * Proxy variables as GitHub's client takes them, too: addresses with a scheme, NO_PROXY without `*.`; Go takes both.
 * @example commonSpelling({ HTTPS_PROXY: 'proxy:3128' }) // { HTTPS_PROXY: 'http://proxy:3128' }
 */
export function commonSpelling(env: Environment): Record<string, string> {
  const spelled = Object.entries(env).map(([name, value = '']): [string, string] => {
    if (/^https?_proxy$/i.test(name) && value !== '' && !value.includes('://'))
      return [name, `http://${value}`];
    return [name, /^no_proxy$/i.test(name) ? value.replace(/(^|[,\s])\*(?=\.)/g, '$1') : value];
  });
  return Object.fromEntries(spelled.filter(([name, value]) => value !== (env[name] ?? '')));
}

/** The passwords in the proxy variables, as they stand there and as they are meant: secrets to keep out of the logs. */
export function proxyPasswords(env: Environment): string[] {
  const passwords = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']
    .map((name) => addressOf(env[name] ?? '')?.password ?? '')
    .filter((password) => password !== '');
  return [...new Set(passwords.flatMap((password) => [password, decoded(password)]))];
}

function addressOf(value: string): URL | undefined {
  const text = value.includes('://') ? value : `http://${value}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A proxy's address without its user and password, fit for a message. */
export function withoutSecrets(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function fromEither(name: string, env: Environment): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}

function isBypassed(url: URL, env: Environment): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || inRange(host, '127.0.0.0/8') || host === '::1') return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const entries = (fromEither('NO_PROXY', env) ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  const withPort = isIPv6(entry) ? null : /^(.+):(\d+)$/.exec(entry);
  if (withPort !== null && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\*\./, '.').replace(/^\[|\]$/g, '');
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function inRange(host: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(host);
  if (family === 0 || isIP(network) !== family) return false;
  const prefix = Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32)) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, prefix, kind);
  return list.check(host, kind);
}
