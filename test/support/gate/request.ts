import type { IncomingMessage } from 'node:http';

/** One HTTP request to AWS, taken apart. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query in path style (`/bucket/key?list-type=2`), encoded as the client sent it. */
  readonly url: string;
  /** Path and query as the client signed them: without the bucket where that stands in the host. */
  readonly signedUrl: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** As `s3`, `iam`, `sts`, `kms`. */
  readonly service: string;
  readonly region: string;
  /** Absent for an unsigned request. */
  readonly accessKeyId?: string;
  /** Parameters of the query protocol (IAM, STS); empty for S3. */
  readonly form: URLSearchParams;
  readonly bucket?: string;
  readonly key?: string;
}

/** Takes a request apart: service and region by its signature, bucket by its host or its path. */
export async function readRequest(message: IncomingMessage): Promise<AwsRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
  );
  const signedUrl = message.url ?? '/';
  const hostBucket = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com/.exec(headers['host'] ?? '')?.[1];
  const url = hostBucket === undefined ? signedUrl : `/${hostBucket}${signedUrl}`;
  const [path = '/', search = ''] = url.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const form = new URLSearchParams(isForm ? body.toString() : '');
  const scope = credentialScope(headers, query);
  const service = scope?.service ?? (form.has('Action') ? 'sts' : 's3');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return {
    method: message.method ?? 'GET',
    url,
    signedUrl,
    query,
    headers,
    body,
    service,
    region: scope?.region ?? 'us-east-1',
    form,
    ...(scope && { accessKeyId: scope.accessKeyId }),
    ...(service === 's3' && bucket !== '' && { bucket: decodeURIComponent(bucket) }),
    ...(service === 's3' && key !== '' && { key: decodeURIComponent(key) }),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html */
function credentialScope(
  headers: AwsRequest['headers'],
  query: URLSearchParams,
): { accessKeyId: string; region: string; service: string } | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(headers['authorization'] ?? '')?.[1] ?? query.get('X-Amz-Credential');
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  return accessKeyId !== undefined && region !== undefined && service !== undefined
    ? { accessKeyId, region, service }
    : undefined;
}
