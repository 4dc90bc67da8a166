import { IAMClient, ListPoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explained } from '../../src/problem/step-error.ts';
import { type LocalServer, serve } from '../aws/local-server.ts';

// What a proxy or a load balancer sends in AWS's place. Browsers read it; it is neither XML nor JSON.
const page = '<!doctype html>\n<html lang=en>\n<title>Busy</title>\n<p>Come back later.\n</html>\n';
let server: LocalServer;
let status = 503;
beforeAll(async () => {
  server = await serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(page);
  });
});
afterAll(() => server.close());

const config = () => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  maxAttempts: 1,
});
const calls: Record<string, () => Promise<unknown>> = {
  IAM: () => new IAMClient(config()).send(new ListPoliciesCommand({})),
  KMS: () => new KMSClient(config()).send(new DescribeKeyCommand({ KeyId: 'key' })),
  S3: () =>
    new S3Client({ ...config(), forcePathStyle: true }).send(new GetBucketCorsCommand({ Bucket: 'data' })),
};

test.each(
  Object.entries(calls).flatMap(([service, call]) =>
    [200, 403, 502, 503].map((code) => ({ service, call, code })),
  ),
)(
  'a web page with HTTP status $code in the place of $service is named as what it is',
  async ({ call, code }) => {
    status = code;
    await expect(explained('us-east-1', call())).rejects.toMatchObject({
      message: `A call to AWS failed: the answer has HTTP status ${code} and is not AWS's (text/html).`,
      remedy: expect.stringContaining('HTTPS_PROXY') as string,
    });
  },
);
