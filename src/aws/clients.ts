import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import pLimit from 'p-limit';
import { UserError } from '../base/errors.ts';
import type { Environment } from '../base/environment.ts';
import { maxCallsInFlight, requestHandler, type RequestHandler } from './network/request-handler.ts';

/** Keys that sign AWS calls. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Gives the credentials that hold now, renewed when they are about to expire. */
export type CredentialProvider = () => Promise<AwsCredentials>;

/** The AWS SDK's clients of one run, at most 16 calls in flight over all of them. */
export interface AwsClients {
  readonly region: string;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  /** The client for buckets of `region`, made once. @default the run's own region */
  s3(region?: string): S3Client;
  kms(region: string): KMSClient;
  /** Sends a plain HTTP request by the same proxy, certificates and limit: the browser's preflight, for one. */
  readonly http: RequestHandler;
}

export interface AwsClientsProps {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Names proxy (`HTTPS_PROXY`, `NO_PROXY`), certificates (`AWS_CA_BUNDLE`) and endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`, …). */
  readonly env: Environment;
  /** @default a new one from `env` */
  readonly http?: RequestHandler;
  /** Account that must own a bucket, unless a call says otherwise: a freed name may be anybody's. @default any */
  readonly bucketOwner?: string;
}

/** Makes the clients; nothing is sent before the first call. Throttled and broken calls are tried up to 6 times. */
export function awsClients({
  region,
  credentials,
  env,
  http = requestHandler(env),
  bucketOwner,
}: AwsClientsProps): AwsClients {
  const shared = { credentials, requestHandler: http, retryMode: 'adaptive', maxAttempts: 6 };
  const s3Clients = new Map<string, S3Client>();
  // Twice as many as can be in flight, so that the next one is ready. A call that waits signed, one of thousands, takes memory.
  const turn = pLimit(2 * maxCallsInFlight);

  function s3(bucketRegion = region): S3Client {
    const known = s3Clients.get(bucketRegion);
    if (known !== undefined) return known;
    const endpoint = endpointOf('S3', env);
    // An IP address gets path style by itself; `bucket.localhost` resolves on few machines.
    const forcePathStyle =
      endpoint.endpoint !== undefined && new URL(endpoint.endpoint).hostname === 'localhost';
    const client = new S3Client({
      ...shared,
      ...endpoint,
      region: bucketRegion,
      forcePathStyle,
    });
    // Others' buckets get 403: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    if (bucketOwner !== undefined)
      client.middlewareStack.add(
        (next) => (args) => next({ ...args, input: { ExpectedBucketOwner: bucketOwner, ...args.input } }),
        { step: 'initialize', name: 'expectBucketOwner' },
      );
    client.middlewareStack.add((next) => (args) => turn(() => next(args)), {
      step: 'initialize',
      name: 'takeTurn',
      priority: 'high',
    });
    s3Clients.set(bucketRegion, client);
    return client;
  }

  return {
    region,
    iam: new IAMClient({ ...shared, ...endpointOf('IAM', env), region }),
    sts: new STSClient({ ...shared, ...endpointOf('STS', env), region }),
    s3,
    // What KMS tells is never needed: a network without a way to it must not keep a run waiting.
    kms: (keyRegion) =>
      new KMSClient({ ...shared, ...endpointOf('KMS', env), region: keyRegion, maxAttempts: 2 }),
    http,
  };
}

/** The endpoint that the environment names for a service; without one the SDK finds the region's own. Throws `invalid-input`. */
export function endpointOf(
  service: 'CLOUDTRAIL' | 'IAM' | 'KMS' | 'S3' | 'STS',
  env: Environment,
): { endpoint?: string } {
  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return {};
  const name = env[`AWS_ENDPOINT_URL_${service}`] ? `AWS_ENDPOINT_URL_${service}` : 'AWS_ENDPOINT_URL';
  const endpoint = env[name];
  if (!endpoint) return {};
  if (/^https?:\/\//i.test(endpoint) && URL.canParse(endpoint)) return { endpoint };
  throw new UserError({
    reason: 'invalid-input',
    message: `${name} is "${endpoint}"; allowed is a URL, such as https://sts.us-east-1.amazonaws.com or http://127.0.0.1:4566.`,
    remedy: `Set ${name} to the address of the endpoint with its scheme, or unset it.`,
  });
}
