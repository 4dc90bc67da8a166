import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { signIn } from '../../../src/aws/sign-in/sign-in.ts';

import { startConnectProxy } from '../network/connect-proxy.ts';
import { type Answer, type LocalServer, serve } from '../local-server.ts';
import { logTo } from '../../support/log.ts';

const closing: (() => Promise<void>)[] = [];
let folder: string;
let calls: string[];
let sts: LocalServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ambient-'));
  calls = [];
  sts = await start((request, response, body) => {
    const action = new URLSearchParams(body).get('Action') ?? '';
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'nobody';
    calls.push(`${action} by ${key}`);
    const keys =
      '<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>' +
      `<Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>`;
    const caller = '<Account>111122223333</Account><Arn>arn:aws-us-gov:iam::111122223333:user/ci</Arn>';
    const result = action === 'GetCallerIdentity' ? caller : keys;
    response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
  });
  for (const name of Object.keys(process.env)) if (/^AWS_|_PROXY$/i.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv(
    'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    (await start((_, response) => response.writeHead(404).end())).url,
  );
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
  rmSync(folder, { recursive: true });
});

async function start(answer: Answer): Promise<LocalServer> {
  const server = await serve(answer);
  closing.push(() => server.close());
  return server;
}

function setEnv(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

function enter(allowedAccountIds: readonly string[] = []) {
  const log = logTo();
  return signIn({ region: 'us-gov-west-1', allowedAccountIds, env: process.env, log, mask: () => undefined });
}

describe('credentials are found', () => {
  test('credentials are found in the environment', async () => {
    setEnv({ AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 's' });
    const session = await enter();
    expect(session?.caller).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws-us-gov:iam::111122223333:user/ci',
      partition: 'aws-us-gov',
    });
    expect(calls).toEqual(['GetCallerIdentity by AKIAENV']);
    expect(await session?.environment()).toMatchObject({
      AWS_ACCESS_KEY_ID: 'AKIAENV',
      AWS_SESSION_TOKEN: '',
    });
  });

  test('credentials are found in a profile, whose name the child does not see', async () => {
    writeFileSync(
      join(folder, 'credentials'),
      '[ci]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = s\n',
    );
    setEnv({ AWS_PROFILE: 'ci' });
    const session = await enter();
    expect(await session?.environment()).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIAPROFILE', AWS_PROFILE: '' });
  });

  test('credentials are found by web identity', async () => {
    writeFileSync(join(folder, 'token'), 'e30.e30.c2ln');
    setEnv({
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ROLE_ARN: 'arn:aws-us-gov:iam::111122223333:role/ci',
    });
    await enter();
    expect(calls).toEqual(['AssumeRoleWithWebIdentity by nobody', 'GetCallerIdentity by ASIAROLE']);
  });

  test('credentials are found on the instance', async () => {
    const keys = {
      AccessKeyId: 'ASIAHOST',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const metadata = await start((request, response) =>
      response.end(
        request.url?.endsWith('/ci') ? JSON.stringify(keys) : request.method === 'PUT' ? 'token' : 'ci',
      ),
    );
    setEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url });
    await enter();
    expect(calls).toEqual(['GetCallerIdentity by ASIAHOST']);
  });

  test('credentials are found through the proxy, where a profile assumes a role', async () => {
    const proxy = await startConnectProxy({ refusal: '403 Forbidden' });
    closing.push(() => proxy.close());
    writeFileSync(
      join(folder, 'config'),
      '[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n' +
        '[profile ci]\nsource_profile = base\nrole_arn = arn:aws-us-gov:iam::111122223333:role/ci\n',
    );
    setEnv({ AWS_PROFILE: 'ci', HTTPS_PROXY: proxy.url, AWS_ENDPOINT_URL_STS: '' });
    await expect(enter()).rejects.toMatchObject({
      reason: 'credentials',
      message: expect.stringContaining(proxy.url) as string,
    });
    expect(proxy.targets).toEqual(['sts.us-gov-west-1.amazonaws.com:443']);
  });
});

describe('there are none', () => {
  test('there are no credentials where nothing is set and the machine has no metadata service', async () => {
    expect(await enter()).toBeUndefined();
    expect(calls).toEqual([]);
  });

  test('there are no credentials where the metadata service cannot be reached', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    setEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: gone.url });
    expect(await enter()).toBeUndefined();
  });

  test('there are no credentials where the metadata service never answers, and that soon', async () => {
    const mute = await start(() => undefined);
    setEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: mute.url });
    expect(await enter()).toBeUndefined();
  });

  test('there are no credentials where variables are set but empty, as a workflow does with secrets that are not defined', async () => {
    setEnv({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' });
    expect(await enter()).toBeUndefined();
  });
});

describe('a broken source is an error, not the lack of one', () => {
  const failing = 'credential_process = no-such-program\n';
  const sso =
    '[profile ci]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = dev\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n';
  test.each([
    ['a profile that does not exist', { AWS_PROFILE: 'missing' }, '', 'AWS_PROFILE'],
    ['half a key', { AWS_ACCESS_KEY_ID: 'AKIAHALF' }, '', 'AWS_ACCESS_KEY_ID'],
    ['an SSO session that was not begun', { AWS_PROFILE: 'ci' }, sso, 'aws sso login'],
    [
      'a token file that does not exist',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/ci' },
      '',
      '/nowhere/token',
    ],
    ['a process that fails', { AWS_PROFILE: 'ci' }, `[profile ci]\n${failing}`, 'no-such-program'],
    ['a broken default profile', {}, `[default]\n${failing}`, 'no-such-program'],
  ])('%s', async (...[, variables, config, named]) => {
    writeFileSync(join(folder, 'config'), config);
    setEnv(variables);
    await expect(enter()).rejects.toMatchObject({
      reason: 'credentials',
      message: expect.stringContaining(named) as string,
    });
  });
});

test('an account that is not allowed is refused before any other call', async () => {
  setEnv({ AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 's' });
  await expect(enter(['444455556666'])).rejects.toMatchObject({
    reason: 'wrong-account',
    message: expect.stringMatching(/111122223333.*444455556666/s) as string,
  });
  expect(calls).toEqual(['GetCallerIdentity by AKIAENV']);
  expect((await enter(['444455556666', '111122223333']))?.caller.accountId).toBe('111122223333');
});
