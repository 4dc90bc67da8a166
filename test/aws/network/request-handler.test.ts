import { ListUsersCommand } from '@aws-sdk/client-iam';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';

import { awsClients } from '../../../src/aws/clients.ts';
import { sendPlain } from '../../../src/aws/network/plain-request.ts';
import {
  maxCallsInFlight,
  requestHandler,
  type RequestHandler,
} from '../../../src/aws/network/request-handler.ts';

import { type LocalServer, serve } from '../local-server.ts';

const servers: LocalServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(...[answer]: Parameters<typeof serve>): Promise<LocalServer> {
  const server = await serve(answer);
  servers.push(server);
  return server;
}

const get = (handler: RequestHandler, { url }: LocalServer) =>
  sendPlain(handler, { method: 'GET', url: new URL(url), headers: {} });

const credentials = () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });

/** Answers after `pause` milliseconds and tells how many calls were there at once at most. */
function gathering(pause: number) {
  let [inFlight, most] = [0, 0];
  const answer: Parameters<typeof serve>[0] = (_, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    setTimeout(() => {
      inFlight -= 1;
      response.end('<GetCallerIdentityResponse/>');
    }, pause);
  };
  return { answer, most: () => most };
}

test('at most 16 calls are in flight over all clients and regions, and that many indeed', async () => {
  const { answer, most } = gathering(200);
  const servers = await Promise.all([start(answer), start(answer), start(answer)]);
  const [iam, s3, sts] = servers.map(({ url }) => url);
  const env = { AWS_ENDPOINT_URL_IAM: iam, AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_STS: sts };
  const clients = awsClients({ region: 'us-east-1', credentials, env });
  const calls = Array.from({ length: 20 }, (_, index) => [
    clients.iam.send(new ListUsersCommand({})),
    clients.sts.send(new GetCallerIdentityCommand({})),
    clients
      .s3(index % 2 === 0 ? 'us-east-1' : 'eu-west-1')
      .send(new HeadBucketCommand({ Bucket: `bucket-${index}` })),
  ]).flat();
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).not.toContain('rejected');
  expect(most()).toBe(16);
});

test('idle connections to many hosts keep no other host waiting', async () => {
  const hosts = await Promise.all(
    Array.from({ length: maxCallsInFlight + 4 }, () => start((_, response) => response.end())),
  );
  const handler = requestHandler({});
  for (const host of hosts) {
    expect((await get(handler, host)).status).toBe(200);
  }
});

test('waiting for a turn does not count as waiting for an answer', async () => {
  const { answer } = gathering(250);
  const server = await start(answer);
  const handler = requestHandler({}, { connectionTimeout: 2000, requestTimeout: 2000 });
  const calls = Array.from({ length: 10 * maxCallsInFlight }, async () => {
    return (await get(handler, server)).status;
  });
  expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
});

test('a server that never answers fails the call, by name', async () => {
  const server = await start(() => undefined);
  const handler = requestHandler({}, { connectionTimeout: 50, requestTimeout: 50 });
  await expect(get(handler, server)).rejects.toMatchObject({
    name: 'TimeoutError',
    host: new URL(server.url).host,
  });
});

test('a failed call frees its place', async () => {
  let broken = true;
  const server = await start((request, response) => (broken ? request.socket.destroy() : response.end()));
  const handler = requestHandler({});
  const failed = await Promise.allSettled(
    Array.from({ length: 2 * maxCallsInFlight }, () => get(handler, server)),
  );
  expect(failed.map(({ status }) => status)).not.toContain('fulfilled');
  broken = false;
  expect((await get(handler, server)).status).toBe(200);
});

test('clients cannot change the handler that they share', async () => {
  const handler = requestHandler({});
  handler.updateHttpClientConfig('requestTimeout', 1);
  const server = await start((_, response) => setTimeout(() => response.end(), 30));
  expect((await get(handler, server)).status).toBe(200);
});

test('a plain request arrives as it is told: method, path, query and headers', async () => {
  const server = await start((request, response) => {
    response
      .writeHead(204, {
        'X-Seen': `${request.method ?? ''} ${request.url ?? ''} ${request.headers.origin ?? ''}`,
      })
      .end();
  });
  const url = new URL(`${server.url}/images/a%20b%2Bc.png?versionId=1%2B2&x-id=GetObject`);
  const answer = await sendPlain(requestHandler({}), {
    method: 'OPTIONS',
    url,
    headers: { origin: 'https://app.kolena.io' },
  });
  expect(answer).toMatchObject({
    status: 204,
    headers: {
      'x-seen': 'OPTIONS /images/a%20b%2Bc.png?versionId=1%2B2&x-id=GetObject https://app.kolena.io',
    },
    body: '',
  });
});
