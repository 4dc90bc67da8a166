import type { CORSRule } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import type { AwsError } from './aws-error.ts';
import { corsRulesIn } from './cors.ts';
import type { MotoAnswer } from './moto-call.ts';
import type { AwsRequest } from './request.ts';

/** Whose a bucket is, and where. */
export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Customer managed key of the default encryption. */
  kmsKeyArn?: string | undefined;
  policy?: PolicyDocument;
  corsRules: readonly CORSRule[];
  /** moto's answers to reads since the last write. */
  readonly answers: Map<string, Promise<MotoAnswer>>;
}

/** The buckets that were created through the gate. */
export interface Buckets {
  find(name: string | undefined): Bucket | undefined;
  /** The answer to a read: moto is asked once, and anew after each write, which all pass the gate. */
  answerTo(request: AwsRequest, ask: () => Promise<MotoAnswer>): Promise<MotoAnswer>;
  /** Takes note of what a request that succeeded has changed. */
  note(request: AwsRequest, accountId: string): void;
}

/** An empty register of buckets. */
export function openBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    find: (name = '') => buckets.get(name),
    answerTo(request, ask) {
      const bucket = buckets.get(request.bucket ?? '');
      if (bucket === undefined || !isRead(request)) return ask();
      const question = questionOf(request);
      const known = bucket.answers.get(question) ?? ask();
      bucket.answers.set(question, known);
      known.catch(() => bucket.answers.delete(question));
      return known;
    },
    note(request, accountId) {
      const { bucket: name, key, method, query, body, region } = request;
      if (name === undefined || isRead(request)) return;
      const bucket = buckets.get(name);
      bucket?.answers.clear();
      if (key !== undefined) return;
      if (bucket === undefined) {
        if (method !== 'PUT') return;
        const home = { name, accountId, region: constraintOf(body) ?? region };
        buckets.set(name, { ...home, corsRules: [], answers: new Map() });
        return;
      }
      if (query.has('cors')) bucket.corsRules = corsRulesIn(body.toString());
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

function isRead({ method }: AwsRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Equal for requests that ask the same, whoever signed them. */
function questionOf({ method, url, headers }: AwsRequest): string {
  const unsigned = url.replace(/[?&]X-Amz-[^&]*/g, '');
  return [method, unsigned, headers['range'] ?? ''].join(' ');
}

function constraintOf(body: Buffer): string | undefined {
  return /<LocationConstraint[^>]*>(.*?)<\/LocationConstraint>/.exec(body.toString())?.[1];
}
