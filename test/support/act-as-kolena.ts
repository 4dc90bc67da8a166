import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type Credentials } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Principal } from './gate/principal.ts';
import type { World } from './world.ts';

/** What Kolena, a stranger and a browser can do with a role and a bucket: true where AWS allows it. */
export interface Abilities {
  readonly assumeWithExternalId: boolean;
  readonly assumeWithoutExternalId: boolean;
  readonly assumeWithWrongExternalId: boolean;
  readonly assumeAsStranger: boolean;
  readonly list: boolean;
  readonly get: boolean;
  readonly getWithPresignedUrlFromBrowser: boolean;
  readonly put: boolean;
  readonly listAnotherBucket: boolean;
  readonly getFromAnotherBucket: boolean;
  readonly preflight: boolean;
  readonly preflightFromAnotherOrigin: boolean;
}

/** What the page promises for a role with an external ID. */
export const promised: Abilities = {
  assumeWithExternalId: true,
  assumeWithoutExternalId: false,
  assumeWithWrongExternalId: false,
  assumeAsStranger: false,
  list: true,
  get: true,
  getWithPresignedUrlFromBrowser: true,
  put: false,
  listAnotherBucket: false,
  getFromAnotherBucket: false,
  preflight: true,
  preflightFromAnotherOrigin: false,
};

/** What to try. */
export interface Attempt {
  readonly roleArn: string;
  readonly externalId?: string;
  /** @default share-with-kolena */
  readonly bucket?: string;
  /** @default images/0001.png */
  readonly key?: string;
  /** Listed with this prefix. @default none */
  readonly prefix?: string;
}

/** Tries everything that Kolena does, and what it must not be able to do, by AWS's own interface. */
export async function actAsKolena(world: World, attempt: Attempt): Promise<Abilities> {
  const {
    roleArn,
    externalId,
    bucket: Bucket = 'share-with-kolena',
    key: Key = 'images/0001.png',
    prefix,
  } = attempt;
  const assume = (principal: Principal, ExternalId?: string) =>
    world
      .sts(principal)
      .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'kolena', ExternalId }));
  const session = await assume(world.kolena, externalId).catch(deniedOnly);
  const s3 = session && world.s3(principalOf(world, roleArn, session.Credentials));
  const as = (call: (client: S3Client) => Promise<unknown>) =>
    s3 ? succeeds(call(s3)) : Promise.resolve(false);
  const origin = 'https://app.kolena.io';
  return {
    assumeWithExternalId: session !== undefined,
    assumeWithoutExternalId: await succeeds(assume(world.kolena)),
    assumeWithWrongExternalId: await succeeds(assume(world.kolena, 'another-external-id')),
    assumeAsStranger: await succeeds(assume(world.stranger, externalId)),
    list: await as((client) => client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))),
    get: await as((client) => client.send(new GetObjectCommand({ Bucket, Key }))),
    getWithPresignedUrlFromBrowser: s3 !== undefined && (await browserReads(s3, { Bucket, Key, origin })),
    put: await as((client) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'written-by-kolena', Body: 'x' })),
    ),
    listAnotherBucket: await as((client) => client.send(new ListObjectsV2Command({ Bucket: 'not-shared' }))),
    getFromAnotherBucket: await as((client) =>
      client.send(new GetObjectCommand({ Bucket: 'not-shared', Key: 'secret.txt' })),
    ),
    preflight: await preflightPasses(`${world.endpoint}/${Bucket}/${Key}`, origin),
    preflightFromAnotherOrigin: await preflightPasses(
      `${world.endpoint}/${Bucket}/${Key}`,
      'https://app.kolena.io.example',
    ),
  };
}

async function browserReads(
  s3: S3Client,
  props: { Bucket: string; Key: string; origin: string },
): Promise<boolean> {
  const { Bucket, Key, origin } = props;
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  const response = await fetch(url, { headers: { origin } });
  return response.ok && response.headers.get('access-control-allow-origin') === origin;
}

async function preflightPasses(url: string, origin: string): Promise<boolean> {
  const headers = { origin, 'access-control-request-method': 'GET' };
  const response = await fetch(url, { method: 'OPTIONS', headers });
  return response.ok && response.headers.get('access-control-allow-origin') === origin;
}

function principalOf(world: World, roleArn: string, given: Credentials | undefined): Principal {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {};
  return {
    ...world.kolena,
    identityArn: roleArn,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  return (await call.then(() => true).catch(deniedOnly)) ?? false;
}

/** A denial is an answer; anything else is a fault of the test. */
function deniedOnly(error: unknown): undefined {
  if (error instanceof Error && error.name === 'AccessDenied') return undefined;
  throw error;
}
