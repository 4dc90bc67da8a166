import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { matchingRule } from '../../cors/browser.ts';
import { defined } from '../../base/defined.ts';
import type { ExpectedLocation } from '../../verify/expectations.ts';
import { concernsObjectAlone, explainS3Denial } from '../../verify/explain-s3.ts';
import type { LiveAccess } from '../../verify/explanation.ts';
import {
  type Attempt,
  type Listing,
  type LocationObservation,
  noCorsHeaders,
  type ObjectRead,
} from '../../verify/observations.ts';
import { isReachable } from '../../verify/sample-keys.ts';
import { concreteOrigin } from '../../verify/browser-origins.ts';
import { type Browser, getAsBrowser } from './ask-as-browser.ts';
import type { AwsClients } from '../clients.ts';
import { readCorsRules } from '../cors.ts';
import { askWithRetries, type RetryLimits } from './retry.ts';
import type { Probe } from './probe-context.ts';
import { attempt, isCode } from '../../problem/aws-error.ts';

/** Enough to find an object that is not archived, and quick to parse for hundreds of buckets. */
const listedKeys = 100;

/** Listed keys that are tried while a read is refused for what the object is. */
const triedKeys = 3;

/** The session of the role, and the time it has. */
export interface RoleSession {
  readonly probe: Probe;
  readonly clients: AwsClients;
  readonly limits: RetryLimits;
  /** The role and its policies, read back. */
  readonly liveAccess: () => Promise<LiveAccess>;
}

/**
 * Lists one location and gets the first byte of an object as Kolena's page does, by a URL that the role's session signed: what
 * succeeds is a read by the role, too. What fails is read by the role itself, which tells a missing right from a CORS rule.
 */
export async function probeLocation(
  session: RoleSession,
  location: ExpectedLocation,
): Promise<LocationObservation> {
  const s3 = session.clients.s3(session.probe.observed.buckets[location.bucket]?.region);
  if (session.probe.expectations.ended !== undefined) return probeEnded(session, s3, location);
  const list = await askAboutS3(session, { location }, (abortSignal) => listFirst(s3, location, abortSignal));
  const [key] = keysToTry(location, list);
  const browser = browserOf(session);
  const seen = key && browser && (await getAsBrowser({ s3, bucket: location.bucket, key }, browser));
  if (seen && seen.outcome === 'ok') return { list, read: seen, triedKey: seen.value.key, presigned: seen };
  const { read, triedKey } = await readFirst(session, s3, { location, list });
  const presigned = await getPresigned(session, s3, { location, read });
  return defined({ list, read, triedKey, presigned });
}

/** After the end of the access AWS refuses: what it still gives may be what it knew before the apply. */
async function probeEnded(
  { limits, probe }: RoleSession,
  s3: S3Client,
  location: ExpectedLocation,
): Promise<LocationObservation> {
  const skipped = { outcome: 'skipped', message: 'The access has ended.' } as const;
  const ask = <T>(call: () => Promise<T>) =>
    askWithRetries(limits, {
      ask: () => attempt(call),
      retryRefusal: () => Promise.resolve(undefined),
      retryAnswer: () =>
        Promise.resolve(probe.options.afterApply ? 'IAM to spread the end of the access' : undefined),
    });
  const { bucket: Bucket, objectKey: Key } = location;
  return {
    list: await ask(() => listFirst(s3, location, limits.abort)),
    read: Key === undefined ? skipped : await ask(() => readByte(s3, { Bucket, Key }, limits.abort)),
    presigned: skipped,
  };
}

async function askAboutS3<T>(
  { limits, liveAccess }: RoleSession,
  about: { readonly location: ExpectedLocation; readonly key?: string },
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<Attempt<T>> {
  return askWithRetries(limits, {
    ask: () => attempt(() => call(limits.abort)),
    retryRefusal: async (refusal) =>
      explainS3Denial({ refusal, ...about }, await liveAccess()).mendsByWaiting
        ? "IAM to spread the role's permissions"
        : undefined,
  });
}

async function listFirst(
  s3: S3Client,
  { bucket, prefix }: ExpectedLocation,
  abortSignal: AbortSignal,
): Promise<Listing> {
  const { Contents = [], IsTruncated = false } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, MaxKeys: listedKeys, Prefix: prefix }),
    { abortSignal },
  );
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html: these have to be restored before they can be read.
  const readable = Contents.filter(
    ({ Key = '', StorageClass }) =>
      StorageClass !== 'GLACIER' && StorageClass !== 'DEEP_ARCHIVE' && isReachable(Key),
  );
  const isFilled = ({ Size = 0 }: { Size?: number | undefined }) => Number(Size > 0);
  const filledFirst = readable.sort((one, other) => isFilled(other) - isFilled(one));
  return {
    count: Contents.length,
    truncated: IsTruncated,
    readable: filledFirst.flatMap(({ Key }) => Key ?? []),
  };
}

async function readFirst(
  session: RoleSession,
  s3: S3Client,
  { location, list }: { location: ExpectedLocation; list: Attempt<Listing> },
): Promise<Pick<LocationObservation, 'read' | 'triedKey'>> {
  let answer: Pick<LocationObservation, 'read' | 'triedKey'> = {
    read: { outcome: 'skipped', message: whyNothingToRead(list) },
  };
  for (const key of keysToTry(location, list)) {
    const read = await askAboutS3(session, { location, key }, (abortSignal) =>
      readByte(s3, { Bucket: location.bucket, Key: key }, abortSignal),
    );
    answer = { read, triedKey: key };
    if (read.outcome !== 'refused' || !concernsObjectAlone(read.refusal)) break;
  }
  return answer;
}

/** `verify-object`, else the first that were listed. */
function keysToTry({ objectKey }: ExpectedLocation, list: Attempt<Listing>): readonly string[] {
  if (objectKey !== undefined) return [objectKey];
  return list.outcome === 'ok' ? list.value.readable.slice(0, triedKeys) : [];
}

/** Kolena's page; undefined when no page is expected to read. */
function browserOf({ probe, clients, limits }: RoleSession): Browser | undefined {
  const [configured] = probe.expectations.origins;
  if (configured === undefined) return undefined;
  return { http: clients.http, origin: concreteOrigin(configured), abortSignal: limits.abort };
}

function whyNothingToRead(list: Attempt<Listing>): string {
  if (list.outcome !== 'ok') return 'Nothing could be listed.';
  if (list.value.count === 0) return 'It is empty.';
  return `All ${list.value.count} objects listed are archived, or have a key with \`.\` or \`..\` that no page can ask for.`;
}

async function readByte(
  s3: S3Client,
  { Bucket, Key }: { Bucket: string; Key: string },
  abortSignal: AbortSignal,
): Promise<ObjectRead> {
  try {
    const { Body, ServerSideEncryption, SSEKMSKeyId } = await s3.send(
      new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-0' }),
      { abortSignal },
    );
    await Body?.transformToByteArray();
    return defined({ key: Key, encryption: ServerSideEncryption, kmsKeyArn: SSEKMSKeyId });
  } catch (error) {
    // An object without a first byte: S3 looks at the range after the permission.
    if (isCode(error, 'InvalidRange')) return { key: Key };
    throw error;
  }
}

async function getPresigned(
  session: RoleSession,
  s3: S3Client,
  { location, read }: { location: ExpectedLocation; read: Attempt<ObjectRead> },
): Promise<LocationObservation['presigned']> {
  const browser = browserOf(session);
  if (browser === undefined)
    return { outcome: 'skipped', message: 'With `cors: off` no web page is expected to read.' };
  if (read.outcome !== 'ok')
    return { outcome: 'skipped', message: 'There is no object that the role could read.' };
  const { clients, observed } = session.probe;
  const { origin, abortSignal } = browser;
  const bucket = location.bucket;
  const rules = () => readCorsRules(clients.s3(observed.buckets[bucket]?.region), bucket, abortSignal);
  return askWithRetries(session.limits, {
    ask: () => getAsBrowser({ s3, bucket, key: read.value.key }, browser),
    // A read just succeeded: what may still have to spread are the bucket's CORS rules.
    retryRefusal: async ({ status = 0, code }) => {
      const hopeful =
        code === noCorsHeaders && matchingRule(await rules(), { origin, method: 'GET' }) !== undefined;
      return hopeful || status >= 500 ? 'S3 to answer by the CORS rules read back' : undefined;
    },
  });
}
