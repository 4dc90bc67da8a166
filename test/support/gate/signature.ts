import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AwsRequest } from './request.ts';

/**
 * Whether the request was signed with this secret by Signature Version 4, in its headers or its query, and, when
 * presigned, has not expired.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedWith(request: AwsRequest, secretAccessKey: string): boolean {
  const signed = signatureOf(request);
  if (signed === undefined) return false;
  const [date = '', region = '', service = ''] = signed.scope;
  const canonical = canonicalRequest(request, signed);
  const toSign = ['AWS4-HMAC-SHA256', signed.time, [...signed.scope].join('/'), sha256(canonical)].join('\n');
  const key = signingKey([`AWS4${secretAccessKey}`, date, region, service, 'aws4_request']);
  const expected = createHmac('sha256', key).update(toSign).digest();
  const actual = Buffer.from(signed.signature, 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const signingKeys = new Map<string, string | Buffer>();

/** One for a day, region and service: made once for all requests that it signs. */
function signingKey(parts: readonly string[]): string | Buffer {
  const name = parts.join('/');
  const [secret = '', ...scope] = parts;
  const key =
    signingKeys.get(name) ??
    scope.reduce<string | Buffer>(
      (previous, part) => createHmac('sha256', previous).update(part).digest(),
      secret,
    );
  signingKeys.set(name, key);
  return key;
}

/** When a presigned request dies, in milliseconds since the epoch; absent for one signed in its headers. */
export function expiryOf({ query }: AwsRequest): number | undefined {
  const [date, seconds] = [query.get('X-Amz-Date'), query.get('X-Amz-Expires')];
  if (date === null || seconds === null) return undefined;
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso) + Number(seconds) * 1000;
}

interface Signed {
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: string;
  readonly payloadHash: string;
}

function signatureOf({ headers, query, body }: AwsRequest): Signed | undefined {
  const header = headers['authorization'];
  const part = (name: string) =>
    header === undefined ? query.get(`X-Amz-${name}`) : new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1];
  const [credential, signedHeaders, signature] = [
    part('Credential'),
    part('SignedHeaders'),
    part('Signature'),
  ];
  const time = header === undefined ? query.get('X-Amz-Date') : headers['x-amz-date'];
  if (credential == null || signedHeaders == null || signature == null || time == null) return undefined;
  return {
    scope: credential.split('/').slice(1),
    signedHeaders: signedHeaders.split(';'),
    signature,
    time,
    payloadHash:
      headers['x-amz-content-sha256'] ?? (header === undefined ? 'UNSIGNED-PAYLOAD' : sha256(body)),
  };
}

function canonicalRequest(request: AwsRequest, { signedHeaders, payloadHash }: Signed): string {
  const [path = '/', search = ''] = request.signedUrl.split(/\?(.*)/s);
  const pairs = search
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => pair.split(/=(.*)/s).slice(0, 2))
    .map(([name = '', value = '']) => `${reencode(name)}=${reencode(value)}`)
    .sort();
  const headers = signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`,
  );
  return [request.method, path, pairs.join('&'), headers.join(''), signedHeaders.join(';'), payloadHash].join(
    '\n',
  );
}

function reencode(text: string): string {
  return encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
