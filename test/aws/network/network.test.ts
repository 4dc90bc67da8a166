import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { generateCACertificate, getLocal, type Mockttp } from 'mockttp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { typescript } from '../../support/node24.ts';

import { awsClients } from '../../../src/aws/clients.ts';
import { credentialsError } from '../../../src/problem/credentials-error.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { UserError } from '../../../src/base/errors.ts';

import { type ConnectProxy, type ConnectProxyProps, startConnectProxy } from './connect-proxy.ts';

const run = promisify(execFile);
const region = 'eu-west-1';
const credentials = () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
const identity =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

async function accountSeen(env: Environment): Promise<string | undefined> {
  const { sts } = awsClients({ region, credentials, env });
  return (await sts.send(new GetCallerIdentityCommand({}))).Account;
}

async function failure(env: Environment): Promise<UserError> {
  const error: unknown = await accountSeen(env).catch((thrown: unknown) =>
    credentialsError(thrown, { region }),
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('through a proxy that inspects TLS, by the real host name', () => {
  let [folder, caFile, otherCaFile] = ['', '', ''];
  let proxy: Mockttp;

  beforeAll(async () => {
    const [ca, otherCa] = await Promise.all([generateCACertificate(), generateCACertificate()]);
    folder = mkdtempSync(join(tmpdir(), 'ca-'));
    caFile = join(folder, 'ca.pem');
    otherCaFile = join(folder, 'other-ca.pem');
    writeFileSync(caFile, ca.cert);
    writeFileSync(otherCaFile, otherCa.cert);
    proxy = getLocal({ https: ca });
    await proxy.start();
    await proxy.forPost('https://sts.eu-west-1.amazonaws.com/').always().thenReply(200, identity);
  });

  afterAll(async () => {
    await proxy.stop();
    rmSync(folder, { recursive: true });
  });

  test('AWS_CA_BUNDLE names the CA', async () => {
    expect(await accountSeen({ HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile })).toBe('111122223333');
  });

  test('NODE_EXTRA_CA_CERTS names the CA, which Node reads as it starts', async () => {
    const script = `
      import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
      import { awsClients } from './src/aws/clients.ts';
      const credentials = () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
      const { sts } = awsClients({ region: 'eu-west-1', credentials, env: process.env });
      console.log((await sts.send(new GetCallerIdentityCommand({}))).Account);
    `;
    const env = { PATH: process.env['PATH'], HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: caFile };
    const [program, flag] = typescript();
    const { stdout } = await run(program, [flag, '--input-type=module', '-e', script], { env });
    expect(stdout.trim()).toBe('111122223333');
  });

  test('NODE_EXTRA_CA_CERTS still counts beside an AWS_CA_BUNDLE with another CA', async () => {
    const env = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: otherCaFile, NODE_EXTRA_CA_CERTS: caFile };
    expect(await accountSeen(env)).toBe('111122223333');
  });

  test.each([
    ['no CA is named', () => ({})],
    ['another CA is named', () => ({ AWS_CA_BUNDLE: otherCaFile })],
  ])('when %s, the error says how to name it', async (_, env) => {
    const error = await failure({ HTTPS_PROXY: proxy.url, ...env() });
    expect(error.message).toContain('sts.eu-west-1.amazonaws.com');
    expect(error.message).toContain('is not trusted');
    expect(error.remedy).toContain('AWS_CA_BUNDLE');
  });

  test.each([
    ['is not there', () => join(folder, 'missing.pem'), 'cannot be read'],
    ['is no PEM', () => join(folder, 'text.pem'), 'no PEM certificate'],
  ])('an AWS_CA_BUNDLE that %s is named', async (_, path, why) => {
    writeFileSync(join(folder, 'text.pem'), 'hello');
    const error = await failure({ AWS_CA_BUNDLE: path() });
    expect(error.message).toContain(path());
    expect(error.message).toContain(why);
  });
});

describe('a proxy in between', () => {
  let proxy: ConnectProxy;
  const start = async (props: ConnectProxyProps) => (proxy = await startConnectProxy(props));

  afterEach(() => proxy.close());

  test('a proxy is asked for the regional endpoint, with user and password, which no message shows', async () => {
    const { url } = await start({ refusal: '407 Proxy Authentication Required' });
    const error = await failure({ HTTPS_PROXY: url.replace('//', '//user:pa%40ss@') });
    expect(proxy.targets).toEqual(['sts.eu-west-1.amazonaws.com:443']);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:pa@ss').toString('base64')}`]);
    expect(error.message).toContain(`The proxy ${url} answered 407 Proxy Authentication Required`);
    expect(error.remedy).toContain('USER:PASSWORD');
    expect(error.message + error.remedy).not.toMatch(/pa@ss|pa%40ss/);
  });

  test('a proxy that refuses the host is named with its status', async () => {
    const { url } = await start({ refusal: '403 Forbidden' });
    const error = await failure({ HTTPS_PROXY: url });
    expect(error.message).toContain(`The proxy ${url} answered 403 Forbidden`);
    expect(error.remedy).toContain('sts.eu-west-1.amazonaws.com');
  });

  test('a proxy is passed by for hosts of NO_PROXY', async () => {
    const { url } = await start({});
    const env = { HTTPS_PROXY: url, NO_PROXY: '.invalid', AWS_ENDPOINT_URL_STS: 'https://sts.invalid' };
    const error = await failure(env);
    expect(proxy.targets).toEqual([]);
    expect(error.message).toContain('sts.invalid');
  });
});

describe('nobody there', () => {
  let gone = '';

  beforeEach(async () => {
    const server = await startConnectProxy({});
    gone = server.url;
    await server.close();
  });

  test('a proxy that nobody answers at is named', async () => {
    const error = await failure({ HTTPS_PROXY: gone });
    expect(error.message).toContain(`through the proxy ${gone}`);
    expect(error.remedy).toContain('HTTPS_PROXY');
  });

  test('an endpoint that nobody answers at is named', async () => {
    const error = await failure({ AWS_ENDPOINT_URL: gone });
    expect(error.message).toContain(new URL(gone).host);
    expect(error.message).toContain('ECONNREFUSED');
  });
});
