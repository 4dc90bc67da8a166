import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { type Attempt, type BrowserAnswer, noCorsHeaders } from '../verify/observations.ts';
import { type PlainResponse, sendPlain } from './plain-request.ts';
import type { RequestHandler } from './request-handler.ts';

/** Seconds that a presigned URL lives. */
const expiresIn = 300;

interface ObjectOfBrowser {
  readonly s3: S3Client;
  readonly http: RequestHandler;
  readonly bucket: string;
  readonly key: string;
  readonly origin: string;
}

/** Asks whether a page of `origin` may GET from the bucket, as a browser asks: unsigned, by OPTIONS. */
export function askPreflight(asked: ObjectOfBrowser): Promise<Attempt<BrowserAnswer>> {
  return answerOf(async () => {
    const url = await presigned(asked);
    // A presigned URL is where the client resolves the object to, whatever endpoint and style; a preflight is not signed.
    url.search = '';
    const headers = { origin: asked.origin, 'access-control-request-method': 'GET' };
    const response = await sendPlain(asked.http, { method: 'OPTIONS', url, headers });
    const methods = response.headers['access-control-allow-methods'] ?? '';
    return { response, allowed: allowsOrigin(response, asked.origin) && /\b(GET|\*)(?!\w)/.test(methods) };
  });
}

/** Gets the first byte by a presigned URL with an `Origin` header, as Kolena's page loads an image. */
export function getAsBrowser(asked: ObjectOfBrowser): Promise<Attempt<BrowserAnswer>> {
  return answerOf(async () => {
    const headers = { origin: asked.origin, range: 'bytes=0-0' };
    const response = await sendPlain(asked.http, { method: 'GET', url: await presigned(asked), headers });
    // An object without a first byte is read all the same.
    const read = [200, 206, 416].includes(response.status);
    return { response, allowed: read && allowsOrigin(response, asked.origin) };
  });
}

async function presigned({ s3, bucket, key }: ObjectOfBrowser): Promise<URL> {
  return new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn }));
}

function allowsOrigin({ headers }: PlainResponse, origin: string): boolean {
  return ['*', origin].includes(headers['access-control-allow-origin'] ?? '');
}

async function answerOf(
  ask: () => Promise<{ readonly response: PlainResponse; readonly allowed: boolean }>,
): Promise<Attempt<BrowserAnswer>> {
  try {
    const { response, allowed } = await ask();
    const { status, headers, body } = response;
    if (allowed)
      return { outcome: 'ok', value: { status, allowOrigin: headers['access-control-allow-origin'] ?? '' } };
    const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? (status < 300 ? noCorsHeaders : `HTTP ${status}`);
    const message =
      /<Message>([^<]+)<\/Message>/.exec(body)?.[1] ??
      `S3 answered with status ${status} and no matching CORS headers.`;
    return { outcome: 'refused', refusal: { code, message, status } };
  } catch (error) {
    return { outcome: 'skipped', why: `S3 could not be reached: ${String(error)}.` };
  }
}
