import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { signIn, type SignInProps } from '../../../src/aws/sign-in/sign-in.ts';
import { UserError } from '../../../src/base/errors.ts';

import { type StsStandIn, startSts } from './sts-stand-in.ts';
import { logTo } from '../../support/log.ts';

const roleArn = 'arn:aws:iam::111122223333:role/ci/deploy';
const sub = 'repo:octo-org/octo-repo:ref:refs/heads/main';
const aud = 'sts.amazonaws.com';

let sts: StsStandIn;
let masked: string[];
let lines: string[];
let tokens: string[];

beforeEach(async () => {
  sts = await startSts({ clientIds: [aud], roleArn, sub });
  [masked, lines, tokens] = [[], [], []];
});

afterEach(() => {
  vi.useRealTimers();
  return sts.close();
});

function props(overrides: Partial<SignInProps> = {}): SignInProps {
  return {
    region: 'eu-west-1',
    roleToAssume: roleArn,
    allowedAccountIds: [],
    env: {
      AWS_ENDPOINT_URL_STS: sts.url,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_RUN_ID: '4711',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://pipelines.example/token?v=1',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
    getIdToken: async (audience) => {
      const token = await sts.token({ sub, aud: audience });
      tokens.push(token);
      return token;
    },
    log: logTo(lines),
    mask: (secret) => masked.push(secret),
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    ...overrides,
  };
}

async function refused(overrides: Partial<SignInProps>): Promise<UserError> {
  const error: unknown = await signIn(props(overrides)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message, remedy } = error as UserError;
  for (const token of tokens) expect(message + remedy).not.toContain(token.split('.')[2]);
  return error as UserError;
}

describe('with role-to-assume', () => {
  test('sign-in assumes the role with a token of the default audience and tells who calls', async () => {
    const session = await signIn(props());
    expect(session?.caller).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/ci/deploy/session',
      partition: 'aws',
    });
    expect(sts.calls.map(({ action }) => action)).toEqual(['AssumeRoleWithWebIdentity', 'GetCallerIdentity']);
  });

  test('sign-in names the session after repository and run, and asks for the duration given', async () => {
    await signIn(props({ roleDurationSeconds: 1800 }));
    expect(sts.calls[0]?.form.get('RoleSessionName')).toBe('kolena-s3-access-octo-org-octo-repo-4711');
    expect(sts.calls[0]?.form.get('DurationSeconds')).toBe('1800');
  });

  test('sign-in takes the session name and the audience that are given', async () => {
    sts.trust = { ...sts.trust, clientIds: ['kolena'] };
    await signIn(props({ roleSessionName: 'mine', audience: 'kolena' }));
    expect(sts.calls[0]?.form.get('RoleSessionName')).toBe('mine');
    expect(sts.calls[0]?.form.has('DurationSeconds')).toBe(false);
  });

  test('sign-in hands the keys to a child by its environment alone, with what competes switched off', async () => {
    const session = await signIn(props());
    expect(await session?.environment()).toEqual({
      AWS_ACCESS_KEY_ID: 'ASIA0000000000000001',
      AWS_SECRET_ACCESS_KEY: 'secret-of-ASIA0000000000000001',
      AWS_SESSION_TOKEN: 'token-of-ASIA0000000000000001',
      AWS_REGION: 'eu-west-1',
      AWS_PROFILE: '',
      AWS_DEFAULT_PROFILE: '',
      AWS_ROLE_ARN: '',
      AWS_WEB_IDENTITY_TOKEN_FILE: '',
    });
    expect(process.env['AWS_ACCESS_KEY_ID']).not.toBe('ASIA0000000000000001');
  });

  test('sign-in masks token and keys', async () => {
    await signIn(props());
    const key = 'ASIA0000000000000001';
    expect(masked).toEqual([tokens[0], key, `secret-of-${key}`, `token-of-${key}`]);
  });

  test('sign-in renews a session that has less than ten minutes left, with a token of its own', async () => {
    const session = await signIn(props());
    vi.useFakeTimers({ now: Date.now() + 51 * 60_000, toFake: ['Date'] });
    const first = await session?.environment();
    const second = await session?.environment();
    expect(first?.['AWS_ACCESS_KEY_ID']).toBe('ASIA0000000000000002');
    expect(second).toEqual(first);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens).toHaveLength(2);
  });

  test('sign-in fetches a fresh token for every try', async () => {
    sts.faults.push([503, 'ServiceUnavailable', 'busy'], [400, 'IDPCommunicationError', 'no answer']);
    let asked = 0;
    await signIn(
      props({ getIdToken: (audience) => sts.token({ sub, aud: audience, expiresIn: 300 + ++asked }) }),
    );
    const sent = sts.calls
      .filter(({ action }) => action === 'AssumeRoleWithWebIdentity')
      .map(({ form }) => form.get('WebIdentityToken'));
    expect(new Set(sent).size).toBe(3);
  });

  test('a token that expired on the way is replaced once', async () => {
    const stale = await sts.token({ sub, aud, expiresIn: -60 });
    let asked = 0;
    const getIdToken = async () => (++asked === 1 ? stale : sts.token({ sub, aud }));
    expect(await signIn(props({ getIdToken }))).toBeDefined();
    expect(asked).toBe(2);
  });
});

describe('a token that AWS refuses', () => {
  test('a token refused for its subject shows its claims, and the condition to compare them with, in one try', async () => {
    const seen = 'repo:octo-org@12345/octo-repo@67890:ref:refs/heads/main';
    const getIdToken = (audience: string) => sts.token({ sub: seen, aud: audience });
    const error = await refused({ getIdToken });
    expect(error.reason).toBe('credentials');
    expect(error.message).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    for (const part of [seen, aud, sts.issuer, sub]) expect(error.message).toContain(part);
    expect(sts.calls).toHaveLength(1);

    expect(error.remedy).toContain(`${sts.issuer.replace('https://', '')}:sub`);
  });

  test('a token refused for the role shows the same', async () => {
    const error = await refused({ roleToAssume: 'arn:aws:iam::111122223333:role/other' });
    expect(error.message).toContain('arn:aws:iam::111122223333:role/other');
    expect(sts.calls).toHaveLength(1);
  });

  test('a token refused for its issuer names the provider to create, in one try', async () => {
    sts.trust = { ...sts.trust, issuer: 'https://github.example/_services/token' };
    const error = await refused({});
    expect(error.message).toContain('No OpenIDConnect provider found');
    expect(error.remedy).toContain(
      `aws iam create-open-id-connect-provider --url ${sts.issuer} --client-id-list ${aud}`,
    );
    expect(sts.calls).toHaveLength(1);
  });

  test('a token refused for its audience names the audience to register, in one try', async () => {
    const error = await refused({ audience: 'https://github.com/octo-org' });
    expect(error.message).toContain('Incorrect token audience');
    expect(error.remedy).toContain('Add https://github.com/octo-org');
    expect(sts.calls).toHaveLength(1);
  });

  test('a token refused for its age, twice, names the clocks to check', async () => {
    const error = await refused({ getIdToken: () => sts.token({ sub, aud, expiresIn: -60 }) });
    expect(error.message).toContain('Token expired');
    expect(error.remedy).toContain('clock');
    expect(sts.calls).toHaveLength(2);
  });

  test('a token refused for its signature is tried twice', async () => {
    const error = await refused({ getIdToken: () => sts.forgedToken({ sub, aud }) });
    expect(error.message).toContain('signature of the token');
    expect(sts.calls).toHaveLength(2);
  });
});

describe('before any call', () => {
  test('a role of an account that is not allowed is refused', async () => {
    const error = await refused({ allowedAccountIds: ['444455556666', '777788889999'] });
    expect(error.reason).toBe('wrong-account');
    for (const id of ['111122223333', '444455556666', '777788889999']) expect(error.message).toContain(id);
    expect(sts.calls).toEqual([]);
    expect(tokens).toEqual([]);
  });

  test('a job without the ID token permission is told the YAML to add', async () => {
    const error = await refused({ env: { GITHUB_ACTIONS: 'true' } });
    expect(error.reason).toBe('credentials');
    expect(error.remedy).toContain('permissions:\n  id-token: write\n  contents: read');
  });

  test.each([
    ['octocat', 'push', /the job that calls it .* has to grant them too/],
    ['dependabot[bot]', 'pull_request', /have a person run the job/],
  ])('of %s by %s: what else may be the cause of a missing ID token', async (actor, event, cause) => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_ACTOR: actor, GITHUB_EVENT_NAME: event };
    const error = await refused({ env });
    expect(error.message).toContain(`(event ${event}, started by ${actor})`);
    expect(error.remedy).toMatch(cause);
  });

  test('outside of GitHub nobody issues tokens', async () => {
    const error = await refused({ env: {} });
    expect(error.message).toContain('not a GitHub Actions job');
    expect(error.remedy).toContain('AWS_PROFILE');
  });

  test.each([
    ['arn:aws-cn:iam::111122223333:role/deploy', 'us-east-1', 'aws-cn'],
    ['arn:aws:iam::111122223333:role/deploy', 'us-gov-west-1', 'aws-us-gov'],
  ])('%s in %s: both partitions are named', async (roleToAssume, region, partition) => {
    const error = await refused({ roleToAssume, region });
    expect(error.reason).toBe('invalid-input');
    expect(error.message).toContain(partition);
    expect(sts.calls).toEqual([]);
  });
});
