import { describe, expect, test } from 'vitest';

import { explained } from '../../src/problem/step-error.ts';
import { StepError, UserError } from '../../src/base/errors.ts';
import { asUserError, during } from '../../src/action/failure.ts';

/** An error answer of AWS, as the SDK throws it. */
const answer = (name: string, message: string, httpStatusCode: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
const failing = (error: unknown) => explained('eu-west-1', Promise.reject(error as Error));

describe('a failure of AWS in mid-run', () => {
  const denied =
    'User: arn:aws:sts::111122223333:assumed-role/deploy/run is not authorized to perform: iam:GetRole on resource: role Kolena';
  test.each([
    ['is denied', answer('AccessDenied', denied, 403), /denies.*iam:GetRole/, /"Action": "iam:GetRole"/],
    [
      'is denied by somebody else’s policy',
      answer('AccessDenied', `${denied} with an explicit deny in a service control policy`, 403),
      /service control policy/,
      /owner of a service control policy to lift/,
    ],
    ['is throttled', answer('Throttling', 'Rate exceeded', 400), /kept failing.*Throttling/, /Rerun the job/],
    ['breaks', answer('InternalError', 'We encountered…', 500), /kept failing.*500/, /Rerun the job/],
    ['is refused', answer('MalformedXML', 'not well-formed', 400), /refuses.*MalformedXML/, /Fix the cause/],
    [
      'does not get through',
      Object.assign(new Error('connect ECONNREFUSED'), {
        code: 'ECONNREFUSED',
        host: 's3.eu-west-1.amazonaws.com',
      }),
      /No connection to s3\.eu-west-1/,
      /HTTPS_PROXY/,
    ],
  ])(
    'a failure of AWS in mid-run that %s has a next step, and the reason of its step',
    async (_, error, message, remedy) => {
      const thrown: unknown = await failing(error).catch((caught: unknown) => caught);
      expect(thrown).toBeInstanceOf(StepError);
      for (const [step, reason] of [
        ['plan', 'plan-failed'],
        ['apply', 'apply-failed'],
        ['verify', 'verification-failed'],
      ] as const)
        await expect(during(step, Promise.reject(thrown as Error))).rejects.toMatchObject({
          reason,
          message: expect.stringMatching(message) as string,
          remedy: expect.stringMatching(remedy) as string,
        });
    },
  );

  test('a failure of AWS in mid-run that nobody expected names the request, which AWS Support asks for', async () => {
    const error = Object.assign(answer('InternalError', 'We encountered…', 500), {
      $metadata: { httpStatusCode: 500, requestId: 'TX234S0F24A06C7' },
    });
    await expect(failing(error)).rejects.toThrow(
      'AWS kept failing: InternalError (HTTP 500, request ID TX234S0F24A06C7): We encountered…',
    );
  });

  test('a failure of AWS in mid-run that the credentials cause keeps their reason', async () => {
    await expect(failing(answer('ExpiredToken', 'is expired', 403))).rejects.toMatchObject({
      reason: 'credentials',
    });
  });

  test('a failure of AWS in mid-run that is explained already stays what it is, and so does what is no failure of AWS', async () => {
    const known = new UserError({ reason: 'plan-changed', message: 'Changed.', remedy: 'Plan again.' });
    await expect(failing(known)).rejects.toBe(known);
    expect(asUserError(known, 'apply')).toBe(known);
    const bug = new TypeError('undefined is not a function');
    await expect(failing(bug)).rejects.toBe(bug);
    expect(asUserError(bug, 'verify')).toMatchObject({
      reason: 'verification-failed',
      message: expect.stringContaining('undefined is not a function') as string,
    });
  });
});
