import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';

import { askPreflight, getAsBrowser, objectUrl } from '../../../src/aws/probe/ask-as-browser.ts';
import { awsClients } from '../../../src/aws/clients.ts';
import { type LocalServer, serve } from '../local-server.ts';

const origin = 'https://app.kolena.io';
const cors = { 'access-control-allow-origin': origin, 'access-control-allow-methods': 'HEAD, GET' };

let server: LocalServer | undefined;
afterEach(() => server?.close());

/** What a browser asks of a server that answers so. */
async function asking(answer: (response: ServerResponse, url: string) => unknown) {
  server = await serve((request, response) => answer(response, request.url ?? ''));
  const env = { AWS_ENDPOINT_URL: server.url };
  const credentials = () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' });
  const clients = awsClients({ region: 'us-east-1', env, credentials });
  const object = { s3: clients.s3(), bucket: 'pictures', key: 'a b+ü.png' };
  const browser = { http: clients.http, origin };
  return {
    preflight: async () => askPreflight(await objectUrl(object), browser),
    get: (key = object.key) => getAsBrowser({ ...object, key }, browser),
  };
}

const answering = (status: number, headers: Record<string, string>, body = '') =>
  asking((response) => response.writeHead(status, headers).end(body));

test.each([
  ['allowed', 200, cors, 'ok', undefined],
  ['allowed to everybody', 200, { ...cors, 'access-control-allow-origin': '*' }, 'ok', undefined],
  ['refused by its status, whatever its headers', 403, cors, 'refused', 'HTTP 403'],
  ['redirected', 307, cors, 'refused', 'HTTP 307'],
  ['without headers', 200, {}, 'refused', 'NoCorsHeaders'],
  [
    'for another origin',
    200,
    { ...cors, 'access-control-allow-origin': 'https://x.io' },
    'refused',
    'NoCorsHeaders',
  ],
  [
    'for another method',
    200,
    { ...cors, 'access-control-allow-methods': 'PUT, FORGET' },
    'refused',
    'NoCorsHeaders',
  ],
] as const)('a preflight that is %s', async (...[, status, headers, outcome, code]) => {
  expect(await (await answering(status, headers)).preflight()).toMatchObject({
    outcome,
    ...(code !== undefined && { refusal: { code } }),
  });
});

test.each([
  ['whole', 200, cors, '', 'ok', undefined],
  ['by its first byte', 206, cors, '', 'ok', undefined],
  ['empty', 416, cors, '<Code>InvalidRange</Code>', 'ok', undefined],
  ['empty, without headers', 416, {}, '<Code>InvalidRange</Code>', 'refused', 'NoCorsHeaders'],
  ['not at all', 403, cors, '<Code>AccessDenied</Code>', 'refused', 'AccessDenied'],
] as const)('an object that is given %s', async (...[, status, headers, body, outcome, code]) => {
  expect(await (await answering(status, headers, body)).get()).toMatchObject({
    outcome,
    ...(code !== undefined && { refusal: { code } }),
  });
});

test('an object that is given tells its key and its encryption', async () => {
  const kms = {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:111122223333:key/k',
  };
  expect(await (await answering(206, { ...cors, ...kms })).get('a.png')).toEqual({
    outcome: 'ok',
    value: {
      status: 206,
      allowOrigin: origin,
      key: 'a.png',
      encryption: 'aws:kms',
      kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/k',
    },
  });
});

test('a connection that breaks is no answer yet', async () => {
  let asked = 0;
  const broken = await asking((response) =>
    ++asked === 1 ? response.destroy() : response.writeHead(200, cors).end(),
  );
  expect(await broken.preflight()).toMatchObject({ outcome: 'ok' });
  const dead = await asking((response) => response.destroy());
  expect(await dead.preflight()).toMatchObject({ outcome: 'skipped' });
});

test('the presigned URL names the key as it is', async () => {
  const paths: string[] = [];
  const asked = await asking((response, url) => {
    paths.push(decodeURIComponent(new URL(url, 'http://s3').pathname));
    response.writeHead(200, cors).end();
  });
  const keys = ['a b+ü.png', 'a/日本/%41.png', "it's (1)!*~.png", 'a&b=c?d#e.png', 'new\nline', 'a//b', ' '];
  for (const key of keys) await asked.get(key);
  expect(paths).toEqual(keys.map((key) => `/pictures/${key}`));
});
