import { STSServiceException } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';

import { assumeWithIdToken, type WebIdentityProps } from '../../../src/aws/sign-in/web-identity.ts';
import { UserError } from '../../../src/base/errors.ts';
import { logTo } from '../../support/log.ts';

const roleArn = 'arn:aws:iam::111122223333:role/deploy';
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'sts.amazonaws.com',
  sub: 'repo:a/b:pull_request',
};
const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');

const keys = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'secret',
  SessionToken: 'session',
  Expiration: new Date(3_600_000),
};

const refusal = (name: string, message: string, httpStatusCode = 400) =>
  new STSServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });

const network = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

/** Runs with the given failures before STS answers well. */
async function run(failures: Error[], overrides: Partial<WebIdentityProps> = {}) {
  const [tokens, waits, lines]: [string[], number[], string[]] = [[], [], []];
  const send = () => {
    const failure = failures.shift();
    return failure === undefined ? Promise.resolve({ Credentials: keys }) : Promise.reject(failure);
  };
  const outcome = await assumeWithIdToken({
    sts: { send: send as WebIdentityProps['sts']['send'] },
    region: 'eu-west-1',
    roleArn,
    sessionName: 'session',
    audience: 'sts.amazonaws.com',
    getIdToken: () => {
      tokens.push(`e30.${payload}.signature-${tokens.length}`);
      return Promise.resolve(tokens.at(-1) ?? '');
    },
    log: logTo(lines),
    mask: () => undefined,
    clock: {
      now: () => 0,
      sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    },
    ...overrides,
  }).catch((error: unknown) => error);
  return { outcome, tokens, waits, lines };
}

describe('a failure that passes is tried again', () => {
  test.each([
    ['a reset connection', network('ECONNRESET')],
    ['a name that is not resolved for a moment', network('EAI_AGAIN')],
    ['a refused connection', network('ECONNREFUSED')],
    ['a timeout', Object.assign(new Error('slow'), { name: 'TimeoutError' })],
    ['a server error', refusal('InternalFailure', 'sorry', 500)],
    ['an unavailable service', refusal('ServiceUnavailable', 'sorry', 503)],
    ['throttling', refusal('Throttling', 'Rate exceeded')],
    ['throttling by its JSON name', refusal('ThrottlingException', 'Rate exceeded')],
    ['too many requests', refusal('TooManyRequestsException', 'slow down', 429)],
    ['an issuer that AWS could not reach', refusal('IDPCommunicationErrorException', 'timeout')],
  ])('%s', async (_, failure) => {
    const { outcome, tokens } = await run([failure, failure]);
    expect(outcome).toMatchObject({ accessKeyId: 'ASIA1', expiration: new Date(3_600_000) });
    expect(new Set(tokens).size).toBe(3);
  });

  test('a failure is tried five times in all, with growing, jittered waits between', async () => {
    const { outcome, tokens, waits, lines } = await run(
      Array.from({ length: 9 }, () => network('ECONNRESET')),
    );
    expect(outcome).toBeInstanceOf(UserError);
    expect(tokens).toHaveLength(5);
    expect(waits).toHaveLength(4);
    for (const [index, most] of [500, 1000, 2000, 4000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[index]).toBeLessThanOrEqual(most);
    }
    expect(lines).toHaveLength(4);
  });

  test.each([
    ['an expired token', refusal('ExpiredTokenException', 'Token expired')],
    [
      'a token whose keys AWS did not get',
      refusal('InvalidIdentityTokenException', "Couldn't retrieve verification key"),
    ],
  ])('%s is replaced, but once', async (_, failure) => {
    expect((await run([failure])).outcome).toMatchObject({ accessKeyId: 'ASIA1' });
    const { outcome, tokens } = await run([failure, failure]);
    expect(outcome).toBeInstanceOf(UserError);
    expect(tokens).toHaveLength(2);
  });
});

test.each([
  ['not authorized', refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)],
  [
    'no provider',
    refusal('InvalidIdentityTokenException', 'No OpenIDConnect provider found in your account for x'),
  ],
  ['wrong audience', refusal('InvalidIdentityTokenException', 'Incorrect token audience')],
  [
    'too long',
    refusal(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ),
  ],
  ['region off', refusal('RegionDisabledException', 'STS is not activated in this region', 403)],
  ['untrusted certificate', network('SELF_SIGNED_CERT_IN_CHAIN')],
])('what does not pass is not tried again: %s', async (_, failure) => {
  const { outcome, tokens, waits } = await run([failure]);
  expect(outcome).toBeInstanceOf(UserError);
  expect(outcome).toMatchObject({ reason: 'credentials', cause: failure });
  expect([tokens.length, waits.length]).toEqual([1, 0]);
});

describe('an ID token that GitHub does not give', () => {
  // The very text of @actions/core's getIDToken.
  const coreError = (status: string) =>
    new Error(
      `Error message: Failed to get ID Token. \n \n        Error Code : ${status}\n \n        Error Message: sorry`,
    );

  test('an ID token is asked for again when the service was out', async () => {
    const answers = [coreError('503'), coreError('undefined'), coreError('429')];
    const getIdToken = () => {
      const failure = answers.shift();
      return failure === undefined ? Promise.resolve(`e30.${payload}.s`) : Promise.reject(failure);
    };
    expect((await run([], { getIdToken })).outcome).toMatchObject({ accessKeyId: 'ASIA1' });
  });

  test('an ID token is not asked for again through a proxy whose CA nobody knows; the variables are named', async () => {
    let asked = 0;
    const getIdToken = () => {
      asked += 1;
      const { message } = coreError('undefined');
      return Promise.reject(
        new Error(message.replace('sorry', 'self-signed certificate in certificate chain')),
      );
    };
    expect((await run([], { getIdToken })).outcome).toMatchObject({
      message:
        'GitHub gave no ID token for audience sts.amazonaws.com: self-signed certificate in certificate chain',
      remedy: expect.stringContaining('AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS') as string,
    });
    expect(asked).toBe(1);
  });

  test('an ID token is not asked for again when it was refused; that the right to ask expires is said, and the permission named', async () => {
    let asked = 0;
    const getIdToken = () => {
      asked += 1;
      return Promise.reject(coreError('403'));
    };
    const { outcome } = await run([], { getIdToken });
    expect(outcome).toMatchObject({
      message: expect.stringContaining('Error Code : 403') as string,
      remedy: expect.stringMatching(/^Run the job again.*expired.*id-token: write/s) as string,
    });
    expect(asked).toBe(1);
  });

  test('an ID token is not waited for longer than the timeout', async () => {
    const getIdToken = () => new Promise<string>(() => undefined);
    const { outcome, waits } = await run([], { getIdToken, tokenTimeout: 5 });
    expect(outcome).toMatchObject({ message: expect.stringContaining('no answer within 0.005 s') as string });
    expect(waits).toHaveLength(4);
  });
});

test('the token is masked before it is sent', async () => {
  const order: string[] = [];
  const send = (() => {
    order.push('sent');
    return Promise.resolve({ Credentials: keys });
  }) as WebIdentityProps['sts']['send'];
  await run([], { mask: (secret) => order.push(secret), sts: { send } });
  expect(order).toEqual([`e30.${payload}.signature-0`, 'sent']);
});
