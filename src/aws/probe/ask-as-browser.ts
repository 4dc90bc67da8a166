import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { defined } from '../../base/defined.ts';
import {
  type Attempt,
  type BrowserAnswer,
  noCorsHeaders,
  type ObjectRead,
} from '../../verify/observations.ts';
import { type PlainResponse, sendPlain } from '../network/plain-request.ts';
import type { RequestHandler } from '../network/request-handler.ts';

/** Seconds that a presigned URL lives. */
const expiresIn = 300;

interface S3Object {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
}

/** A page that asks. */
export interface Browser {
  readonly http: RequestHandler;
  readonly origin: string;
  readonly abortSignal?: AbortSignal;
}

/** Where the client resolves an object to, whatever endpoint and style. */
export async function objectUrl(object: S3Object): Promise<URL> {
  const url = await presigned(object);
  url.search = '';
  return url;
}

/** Asks whether a page of `origin` may GET from there, as a browser asks: unsigned, by OPTIONS. */
export function askPreflight(
  url: URL,
  { http, origin, abortSignal }: Browser,
): Promise<Attempt<BrowserAnswer>> {
  return answerOf(async () => {
    const headers = { origin, 'access-control-request-method': 'GET' };
    const response = await sendPlain(http, { method: 'OPTIONS', url, headers, abortSignal });
    const methods = response.headers['access-control-allow-methods'] ?? '';
    // https://fetch.spec.whatwg.org/#cors-preflight-fetch: only an ok status counts, whatever the headers say.
    const given = response.status >= 200 && response.status < 300;
    return { response, given, allowed: allowsOrigin(response, origin) && allowsGet(methods) };
  });
}

/** Gets the first byte by a presigned URL with an `Origin` header, as Kolena's page loads an image. */
export async function getAsBrowser(
  object: S3Object,
  { http, origin, abortSignal }: Browser,
): Promise<Attempt<BrowserAnswer & ObjectRead>> {
  let encryption: Pick<ObjectRead, 'encryption' | 'kmsKeyArn'> = {};
  const answer = await answerOf(async () => {
    const headers = { origin, range: 'bytes=0-0' };
    const url = await presigned(object);
    const response = await sendPlain(http, { method: 'GET', url, headers, abortSignal });
    encryption = encryptionOf(response);
    // An object without a first byte is read all the same.
    const given = [200, 206, 416].includes(response.status);
    return { response, given, allowed: allowsOrigin(response, origin) };
  });
  return answer.outcome === 'ok'
    ? { outcome: 'ok', value: { ...answer.value, key: object.key, ...encryption } }
    : answer;
}

function encryptionOf({ headers }: PlainResponse) {
  const encryption = headers['x-amz-server-side-encryption'];
  const kmsKeyArn = headers['x-amz-server-side-encryption-aws-kms-key-id'];
  return defined({ encryption, kmsKeyArn });
}

async function presigned({ s3, bucket, key }: S3Object): Promise<URL> {
  // Kolena's page names no owner.
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: undefined });
  return new URL(await getSignedUrl(s3, command, { expiresIn }));
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
    return { outcome: 'skipped', message: `S3 could not be reached: ${String(error)}.` };
  }
}
