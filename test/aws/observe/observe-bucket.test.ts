import { afterEach, beforeEach, expect, test } from 'vitest';
import { awsClients } from '../../../src/aws/clients.ts';
import { observeBucket } from '../../../src/aws/observe/observe-bucket.ts';
import { type LocalServer, serve } from '../local-server.ts';

const accountId = '111122223333';
const credentials = () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' });
const open = (url: string) =>
  awsClients({
    region: 'us-east-1',
    credentials,
    env: { AWS_ENDPOINT_URL: url },
    bucketOwner: accountId,
  });

/** An S3 with buckets that are open to everybody, and those that deny their CORS rules. */
const owners: Readonly<Record<string, string>> = {
  mine: accountId,
  closed: accountId,
  freed: '444455556666',
  hidden: '444455556666',
};
let asked: (string | undefined)[];
let server: LocalServer;
beforeEach(async () => {
  asked = [];
  server = await serve(({ url = '', method, headers }, response) => {
    const name = /^\/([a-z]+)/.exec(url)?.[1] ?? '';
    const expected = headers['x-amz-expected-bucket-owner'];
    asked.push(expected as string | undefined);
    const isOther = expected !== undefined && expected !== owners[name];
    const isClosed = name === 'hidden' || (name === 'closed' && method !== 'HEAD');
    const code =
      owners[name] === undefined
        ? 'NoSuchBucket'
        : isOther || isClosed
          ? 'AccessDenied'
          : url.includes('encryption')
            ? 'ServerSideEncryptionConfigurationNotFoundError'
            : 'NoSuchCORSConfiguration';
    const status = code === 'AccessDenied' ? 403 : 404;
    if (method === 'HEAD' && status === 404 && owners[name] !== undefined) response.writeHead(200).end();
    else {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    }
  });
});
afterEach(() => server.close());

test.each([
  ['mine', { kind: 'found' }],
  ['closed', { kind: 'denied', owner: 'this' }],
  ['freed', { kind: 'denied', owner: 'other' }],
  ['hidden', { kind: 'denied', owner: 'unknown' }],
  ['gone', { kind: 'missing' }],
])('bucket %s is %o', async (name, finding) => {
  const found = await observeBucket(open(server.url), { accountId, partition: 'aws' }, name);
  expect(found).toMatchObject(finding);
});

test('every question names the owner, but the one that tells another owner from no right', async () => {
  await observeBucket(open(server.url), { accountId, partition: 'aws' }, 'freed');
  expect(asked.filter((owner) => owner === undefined)).toHaveLength(1);
  expect(asked.filter((owner) => owner === accountId)).toHaveLength(2);
});
