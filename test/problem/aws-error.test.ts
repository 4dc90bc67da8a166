import { describe, expect, test } from 'vitest';

import { attempt, isCode, isDenied, readAwsError } from '../../src/problem/aws-error.ts';

/** An error as the SDK throws it. */
const answer = (name: string, more: object = {}, httpStatusCode = 400) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode }, ...more });

describe('an error of AWS', () => {
  test.each([
    ['the long spelling of a class', answer('NoSuchEntityException'), 'NoSuchEntity'],
    ['the short spelling of an XML answer', answer('NoSuchEntity'), 'NoSuchEntity'],
    ['the code of the answer, where the SDK names its class', answer('S3', { Code: 'SlowDown' }), 'SlowDown'],
    ['a code with a dot', answer('KMS.DisabledException'), 'KMS.Disabled'],
    [
      'Node’s code of a broken connection',
      Object.assign(new Error('no'), { code: 'ENOTFOUND' }),
      'ENOTFOUND',
    ],
    ['nothing to be read', undefined, 'Unknown'],
  ])('has one spelling of its code: %s', (_, error, code) => {
    expect(readAwsError(error).code).toBe(code);
  });

  test('has its status, its request ID and its headers', () => {
    const error = answer('NotFound', {
      $metadata: { httpStatusCode: 404, requestId: 'R1' },
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
    expect(readAwsError(error)).toEqual({
      code: 'NotFound',
      message: 'no',
      status: 404,
      requestId: 'R1',
      headers: { 'x-amz-bucket-region': 'eu-west-1' },
    });
  });

  test('is told from a failure that only has a code alike', () => {
    expect(isCode(answer('NoSuchEntityException'), 'NoSuchEntity')).toBe(true);
    expect(isCode(Object.assign(new Error('no'), { name: 'NoSuchEntity' }), 'NoSuchEntity')).toBe(false);
    expect(isDenied(answer('AccessDeniedException', {}, 403))).toBe(true);
  });

  test('is a value of an attempt, without headers; a failure without an answer is thrown', async () => {
    const headers = { $response: { headers: { secret: 'x' } } };
    await expect(attempt(() => Promise.reject(answer('ThrottlingException', headers)))).resolves.toEqual({
      outcome: 'refused',
      refusal: { code: 'Throttling', message: 'no', status: 400 },
    });
    await expect(attempt(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
