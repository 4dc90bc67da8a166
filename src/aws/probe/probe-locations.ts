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
import { askWithRetries } from './retry.ts';
import type { Probe } from './probe-context.ts';
import { attempt, isCode } from '../../problem/aws-error.ts';

/** Enough to find an object that is not archived, and quick to parse for hundreds of buckets. */
const listedKeys = 100;

/** Listed keys that are tried while a read is refused for what the object is. */
const triedKeys = 3;

/** The session of the role. */
export interface RoleSession {
  readonly probe: Probe;
  readonly clients: AwsClients;
  /** The role and its policies, read back. */
  readonly liveAccess: () => Promise<LiveAccess>;
}

/** One location, as the role and Kolena's page see it. */
interface Place extends RoleSession {
  readonly location: ExpectedLocation;
  readonly s3: S3Client;
  /** Kolena's page; undefined when no page is expected to read. */
  readonly browser: Browser | undefined;
}

/** Lists a location and gets an object's first byte as Kolena's page does, by a URL that the role's session signed. */
export async function probeLocation(
  session: RoleSession,
  location: ExpectedLocation,
): Promise<LocationObservation> {
  const { probe, clients } = session;
  const { bucket } = location;
  const s3 = clients.s3(probe.observed.buckets[bucket]?.region);
  const [origin] = probe.expectations.origins.map(concreteOrigin);
  const browser = origin === undefined ? undefined : { http: clients.http, origin, abortSignal: probe.abort };
  const place: Place = { ...session, location, s3, browser };
  if (probe.expectations.ended !== undefined) return probeEnded(place);
  const list = await askAboutS3(place, () => listFirst(place));
  const keys = keysToTry(location, list);
  // A success is a read by the role, too. After a failure the role itself reads: is a right missing, or a CORS rule?
  const seen = keys[0] && browser && (await getAsBrowser({ s3, bucket, key: keys[0] }, browser));
  if (seen && seen.outcome === 'ok') return { list, read: seen, triedKey: seen.value.key, presigned: seen };
  let read: Attempt<ObjectRead> = { outcome: 'skipped', message: whyNothingToRead(list) };
  let triedKey: string | undefined;
  for (const key of keys) {
    triedKey = key;
    read = await askAboutS3(place, () => readByte(place, key), key);
    if (read.outcome !== 'refused' || !concernsObjectAlone(read.refusal)) break;
  }
  return defined({ list, read, triedKey, presigned: await getPresigned(place, read) });
}

/** After the end of the access AWS refuses: what it still gives may be what it knew before the apply. */
async function probeEnded(place: Place): Promise<LocationObservation> {
  const skipped = { outcome: 'skipped', message: 'The access has ended.' } as const;
  const awaited = place.probe.options.afterApply ? 'IAM to spread the end of the access' : undefined;
  const ask = <T>(call: () => Promise<T>) =>
    askWithRetries(place.probe, { ask: () => attempt(call), retryAnswer: () => awaited });
  const { objectKey } = place.location;
  return {
    list: await ask(() => listFirst(place)),
    read: objectKey === undefined ? skipped : await ask(() => readByte(place, objectKey)),
    presigned: skipped,
  };
}

async function askAboutS3<T>(
  { probe, liveAccess, location }: Place,
  call: () => Promise<T>,
  key?: string,
): Promise<Attempt<T>> {
  return askWithRetries(probe, {
    ask: () => attempt(call),
    retryRefusal: async (refusal) =>
      explainS3Denial(defined({ refusal, location, key }), await liveAccess()).mendsByWaiting
        ? "IAM to spread the role's permissions"
        : undefined,
  });
}

async function listFirst({ s3, location, probe }: Place): Promise<Listing> {
  const { Contents = [], IsTruncated = false } = await s3.send(
    new ListObjectsV2Command({ Bucket: location.bucket, MaxKeys: listedKeys, Prefix: location.prefix }),
    { abortSignal: probe.abort },
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

/** `verify-object`, else the first that were listed. */
function keysToTry({ objectKey }: ExpectedLocation, list: Attempt<Listing>): readonly string[] {
  if (objectKey !== undefined) return [objectKey];
  return list.outcome === 'ok' ? list.value.readable.slice(0, triedKeys) : [];
}

function whyNothingToRead(list: Attempt<Listing>): string {
  if (list.outcome !== 'ok') return 'Nothing could be listed.';
  if (list.value.count === 0) return 'It is empty.';
  return `All ${list.value.count} objects listed are archived, or have a key with \`.\` or \`..\` that no page can ask for.`;
}

async function readByte({ s3, location, probe }: Place, key: string): Promise<ObjectRead> {
  try {
    const { Body, ServerSideEncryption, SSEKMSKeyId } = await s3.send(
      new GetObjectCommand({ Bucket: location.bucket, Key: key, Range: 'bytes=0-0' }),
      { abortSignal: probe.abort },
    );
    await Body?.transformToByteArray();
    return defined({ key, encryption: ServerSideEncryption, kmsKeyArn: SSEKMSKeyId });
  } catch (error) {
    // An object without a first byte: S3 looks at the range after the permission.
    if (isCode(error, 'InvalidRange')) return { key };
    throw error;
  }
}

async function getPresigned(
  { probe, location: { bucket }, s3, browser }: Place,
  read: Attempt<ObjectRead>,
): Promise<LocationObservation['presigned']> {
  if (browser === undefined)
    return { outcome: 'skipped', message: 'With `cors: off` no web page is expected to read.' };
  if (read.outcome !== 'ok')
    return { outcome: 'skipped', message: 'There is no object that the role could read.' };
  const { clients, observed, abort } = probe;
  const rules = () => readCorsRules(clients.s3(observed.buckets[bucket]?.region), bucket, abort);
  return askWithRetries(probe, {
    ask: () => getAsBrowser({ s3, bucket, key: read.value.key }, browser),
    // A read just succeeded: what may still have to spread are the bucket's CORS rules.
    retryRefusal: async ({ status = 0, code }) => {
      const question = { origin: browser.origin, method: 'GET' };
      const hopeful = code === noCorsHeaders && matchingRule(await rules(), question) !== undefined;
      return hopeful || status >= 500 ? 'S3 to answer by the CORS rules read back' : undefined;
    },
  });
}
