import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { type Attempt, type BrowserAnswer, noCorsHeaders } from '../../verify/observations.ts';
import { type PlainResponse, sendPlain } from '../network/plain-request.ts';
import type { RequestHandler } from '../network/request-handler.ts';

/** Seconds that a presigned URL lives. */
const expiresIn = 300;

interface ObjectOfBrowser {
  readonly s3: S3Client;
  readonly http: RequestHandler;
  readonly bucket: string;
  readonly key: string;
  readonly origin: string;
  readonly abortSignal?: AbortSignal;
}

/** Asks whether a page of `origin` may GET from the bucket, as a browser asks: unsigned, by OPTIONS. */
export function askPreflight(asked: ObjectOfBrowser): Promise<Attempt<BrowserAnswer>> {
  return answerOf(async () => {
    const url = await presigned(asked);
    // A presigned URL is where the client resolves the object to, whatever endpoint and style; a preflight is not signed.
    url.search = '';
    const headers = { origin: asked.origin, 'access-control-request-method': 'GET' };
    const response = await sendPlain(asked.http, {
      method: 'OPTIONS',
      url,
      headers,
      abortSignal: asked.abortSignal,
    });
    const methods = response.headers['access-control-allow-methods'] ?? '';
    // https://fetch.spec.whatwg.org/#cors-preflight-fetch: only an ok status counts, whatever the headers say.
    const given = response.status >= 200 && response.status < 300;
    return { response, given, allowed: allowsOrigin(response, asked.origin) && allowsGet(methods) };
  });
}

/** Gets the first byte by a presigned URL with an `Origin` header, as Kolena's page loads an image. */
export function getAsBrowser(asked: ObjectOfBrowser): Promise<Attempt<BrowserAnswer>> {
  return answerOf(async () => {
    const headers = { origin: asked.origin, range: 'bytes=0-0' };
    const { abortSignal } = asked;
    const url = await presigned(asked);
    const response = await sendPlain(asked.http, { method: 'GET', url, headers, abortSignal });
    // An object without a first byte is read all the same.
    const given = [200, 206, 416].includes(response.status);
    return { response, given, allowed: allowsOrigin(response, asked.origin) };
  });
}

async function presigned({ s3, bucket, key }: ObjectOfBrowser): Promise<URL> {
  return new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn }));
}

function allowsGet(methods: string): boolean {
  return methods.split(',').some((method) => ['GET', '*'].includes(method.trim().toUpperCase()));
}

function allowsOrigin({ headers }: PlainResponse, origin: string): boolean {
  return ['*', origin].includes(headers['access-control-allow-origin'] ?? '');
}

interface Asked {
  readonly response: PlainResponse;
  /** Whether S3 gave what was asked for, so that only its headers may keep it from the page. */
  readonly given: boolean;
  /** Whether the headers allow it. */
  readonly allowed: boolean;
}

async function answerOf(ask: () => Promise<Asked>): Promise<Attempt<BrowserAnswer>> {
  try {
    // A connection that broke, as one that was kept alive too long, says nothing yet.
    const { response, given, allowed } = await ask().catch(ask);
    const { status, headers, body } = response;
    if (given && allowed)
      return { outcome: 'ok', value: { status, allowOrigin: headers['access-control-allow-origin'] ?? '' } };
    const without = `S3 answered with status ${status} and no matching CORS headers.`;
    if (given) return { outcome: 'refused', refusal: { code: noCorsHeaders, message: without, status } };
    const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`;
    const message = /<Message>([^<]+)<\/Message>/.exec(body)?.[1] ?? without;
    return { outcome: 'refused', refusal: { code, message, status } };
  } catch (error) {
    return { outcome: 'skipped', why: `S3 could not be reached: ${String(error)}.` };
  }
}
