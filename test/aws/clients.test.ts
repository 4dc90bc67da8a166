import { setTimeout } from 'node:timers/promises';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetUserCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { awsClients } from '../../src/aws/clients.ts';
import { UserError } from '../../src/base/errors.ts';
import { maxCallsInFlight, type RequestHandler } from '../../src/aws/network/request-handler.ts';

import { type LocalServer, serve } from './local-server.ts';

const credentials = () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });

/** A handler that sends nothing and notes where it was told to. */
function recorder() {
  const urls: string[] = [];
  const http: RequestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: ({ protocol, hostname, path }) => {
      urls.push(`${protocol}//${hostname}${path}`);
      return Promise.reject(new Error('not sent'));
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  return { urls, http };
}

async function urlsOf(region: string, env: Record<string, string> = {}): Promise<string[]> {
  const { urls, http } = recorder();
  const clients = awsClients({ region, credentials, env, http });
  await clients.iam.send(new GetUserCommand({})).catch(() => undefined);
  await clients.sts.send(new GetCallerIdentityCommand({})).catch(() => undefined);
  await clients
    .s3()
    .send(new HeadBucketCommand({ Bucket: 'images' }))
    .catch(() => undefined);
  return urls;
}

describe('endpoints', () => {
  // https://docs.aws.amazon.com/general/latest/gr/iam-service.html, …/sts.html, …/s3.html
  test.each([
    ['us-east-1', 'iam.amazonaws.com', 'sts.us-east-1.amazonaws.com', 'images.s3.us-east-1.amazonaws.com'],
    ['eu-west-1', 'iam.amazonaws.com', 'sts.eu-west-1.amazonaws.com', 'images.s3.eu-west-1.amazonaws.com'],
    [
      'us-gov-west-1',
      'iam.us-gov.amazonaws.com',
      'sts.us-gov-west-1.amazonaws.com',
      'images.s3.us-gov-west-1.amazonaws.com',
    ],
    [
      'cn-north-1',
      'iam.cn-north-1.amazonaws.com.cn',
      'sts.cn-north-1.amazonaws.com.cn',
      'images.s3.cn-north-1.amazonaws.com.cn',
    ],
  ])('the endpoints of %s are regional, and of its partition', async (region, ...hosts) => {
    expect(await urlsOf(region)).toEqual(hosts.map((host) => `https://${host}/`));
  });

  test.each([
    [
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' },
      ['http://127.0.0.1/', 'http://127.0.0.1/', 'http://127.0.0.1/images/'],
    ],
    [
      { AWS_ENDPOINT_URL: 'http://localhost:5000' },
      ['http://localhost/', 'http://localhost/', 'http://localhost/images/'],
    ],
    [
      {
        AWS_ENDPOINT_URL: 'https://aws.corp',
        AWS_ENDPOINT_URL_IAM: 'https://iam.corp',
        AWS_ENDPOINT_URL_STS: 'https://sts.corp',
        AWS_ENDPOINT_URL_S3: 'https://s3.corp',
      },
      ['https://iam.corp/', 'https://sts.corp/', 'https://images.s3.corp/'],
    ],
    [
      { AWS_ENDPOINT_URL: 'https://aws.corp', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      [
        'https://iam.amazonaws.com/',
        'https://sts.eu-west-1.amazonaws.com/',
        'https://images.s3.eu-west-1.amazonaws.com/',
      ],
    ],
  ])('the endpoints by %o are those that it names', async (env, expected) => {
    expect(await urlsOf('eu-west-1', env)).toEqual(expected);
  });
});

test('of many calls to S3 those alone are made ready that come next, and each gets its turn', async () => {
  let [ready, answer]: [number, () => void] = [0, () => undefined];
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const handle = async () => {
    ready += 1;
    await answered;
    throw new Error('not sent');
  };
  const clients = awsClients({
    region: 'us-east-1',
    credentials,
    env: {},
    http: { ...recorder().http, handle },
  });
  const calls = Array.from({ length: 100 }, (_, at) =>
    clients
      .s3(at % 2 === 0 ? 'us-east-1' : 'eu-west-1')
      .send(new HeadBucketCommand({ Bucket: `bucket-${at}` })),
  );
  const all = Promise.allSettled(calls);
  await setTimeout(300);
  expect(ready).toBe(2 * maxCallsInFlight);
  answer();
  await all;
  expect(ready).toBe(100);
});

test.each([
  ['AWS_ENDPOINT_URL', 'localhost:4566'],
  ['AWS_ENDPOINT_URL_S3', 's3.corp'],
  ['AWS_ENDPOINT_URL', 'https://'],
])('%s=%s is refused, since it is no URL', (name, value) => {
  const open = () => awsClients({ region: 'eu-west-1', credentials, env: { [name]: value } }).s3();
  expect(open).toThrow(UserError);
  expect(open).toThrow(`${name} is "${value}"; allowed is a URL`);
});

describe('S3 clients', () => {
  test('S3 clients are made once per region, the own region by default', () => {
    const clients = awsClients({ region: 'eu-west-1', credentials, env: {}, http: recorder().http });
    expect(clients.s3()).toBe(clients.s3('eu-west-1'));
    expect(clients.s3('us-east-1')).toBe(clients.s3('us-east-1'));
    expect(clients.s3('us-east-1')).not.toBe(clients.s3());
  });
});

describe('retries', () => {
  let server: LocalServer;
  let answers: number[];
  let calls: number;

  beforeEach(async () => {
    calls = 0;
    server = await serve((_, response) => {
      calls += 1;
      response.writeHead(answers.shift() ?? 200, { 'content-type': 'text/xml' });
      response.end('<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>');
    });
  });

  afterEach(() => server.close());

  test('a call that a server fails is tried again', async () => {
    answers = [500, 503];
    const clients = awsClients({ region: 'eu-west-1', credentials, env: { AWS_ENDPOINT_URL: server.url } });
    await clients.sts.send(new GetCallerIdentityCommand({}));
    expect(calls).toBe(3);
  });

  test('a call that is refused is not', async () => {
    answers = [403, 403];
    const clients = awsClients({ region: 'eu-west-1', credentials, env: { AWS_ENDPOINT_URL: server.url } });
    await expect(clients.sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    expect(calls).toBe(1);
  });
});
