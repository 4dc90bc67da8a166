import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../../src/access/policy-document.ts';
import type { AwsError } from './aws-error.ts';
import type { MotoClients } from './moto-clients.ts';
import type { AwsRequest } from './request.ts';

/** Whose a bucket is, and where. */
export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Customer managed key of the default encryption. */
  kmsKeyArn?: string | undefined;
  /** Read once, and anew after each change. */
  policy?: Promise<PolicyDocument | undefined> | undefined;
}

/** The buckets that were created through the gate. */
export interface Buckets {
  find(name: string | undefined): Bucket | undefined;
  policyOf(bucket: Bucket): Promise<PolicyDocument | undefined>;
  /** Takes note of what a request that succeeded has changed. */
  note(request: AwsRequest, accountId: string): void;
}

/** An empty register of buckets. */
export function openBuckets(moto: MotoClients): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    find: (name = '') => buckets.get(name),
    policyOf(bucket) {
      bucket.policy ??= moto
        .s3(bucket.accountId)
        .send(new GetBucketPolicyCommand({ Bucket: bucket.name }))
        .then(
          ({ Policy = '{}' }) => JSON.parse(Policy) as PolicyDocument,
          (error: unknown) => {
            if (error instanceof Error && error.name === 'NoSuchBucketPolicy') return undefined;
            throw error;
          },
        );
      return bucket.policy;
    },
    note({ bucket: name, key, method, query, body, region }, accountId) {
      if (name === undefined || key !== undefined || method === 'GET' || method === 'HEAD') return;
      const bucket = buckets.get(name);
      if (bucket === undefined) {
        if (method === 'PUT') buckets.set(name, { name, accountId, region: constraintOf(body) ?? region });
        return;
      }
      if (query.has('policy')) bucket.policy = undefined;
      if (query.has('encryption')) {
        bucket.kmsKeyArn = /<KMSMasterKeyID>(.*?)<\/KMSMasterKeyID>/.exec(body.toString())?.[1];
      }
      if (method === 'DELETE' && query.size === 0) buckets.delete(name);
    },
  };
}

/** What S3 answers before it looks at permissions: no such bucket, or a bucket of another region. */
export function misdirected(
  { method, query, region }: AwsRequest,
  bucket: Bucket | undefined,
): AwsError | undefined {
  const bare = [...query.keys()].filter((name) => name !== 'x-id').length === 0;
  if (method === 'PUT' && bare && bucket === undefined) return undefined;
  if (bucket === undefined) {
    return { status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' };
  }
  if (region === bucket.region || query.has('location')) return undefined;
  return {
    status: 301,
    code: 'PermanentRedirect',
    message:
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
  };
}

function constraintOf(body: Buffer): string | undefined {
  return /<LocationConstraint[^>]*>(.*?)<\/LocationConstraint>/.exec(body.toString())?.[1];
}
