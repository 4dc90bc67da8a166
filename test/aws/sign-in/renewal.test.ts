import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { AwsCredentials } from '../../../src/aws/clients.ts';
import { renewed } from '../../../src/aws/sign-in/sign-in.ts';

const minute = 60_000;

beforeEach(() => vi.useFakeTimers({ now: 0, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

/** A provider of these keys, in turn; `undefined` is a failure. */
function world(...answers: (readonly [accessKeyId: string, expires?: number] | undefined)[]) {
  const masked: string[] = [];
  let fetched = 0;
  const fetch = (): Promise<AwsCredentials> => {
    const answer = answers[fetched++];
    if (answer === undefined) return Promise.reject(new Error('no token'));
    const [accessKeyId, expires] = answer;
    const keys = { accessKeyId, secretAccessKey: 's' };
    return Promise.resolve(expires === undefined ? keys : { ...keys, expiration: new Date(expires) });
  };
  const provider = renewed(fetch, (secret) => masked.push(secret));
  return { provider, masked, fetched: () => fetched };
}

test('keys are kept while more than ten minutes are left, and renewed and masked from then on', async () => {
  const { provider, masked } = world(['A', 60 * minute], ['B', 120 * minute]);
  expect((await provider()).accessKeyId).toBe('A');
  vi.setSystemTime(50 * minute);
  expect((await provider()).accessKeyId).toBe('A');
  vi.setSystemTime(50 * minute + 1);
  expect((await provider()).accessKeyId).toBe('B');
  expect(masked).toEqual(['A', 's', 'B', 's']);
});

test('keys without an end are fetched once', async () => {
  const { provider, fetched } = world(['A']);
  await provider();
  vi.setSystemTime(1e12);
  await provider();
  expect(fetched()).toBe(1);
});

test('keys that many ask for at once are fetched once', async () => {
  const { provider, fetched } = world(['A', 60 * minute]);
  await Promise.all([provider(), provider(), provider()]);
  expect(fetched()).toBe(1);
});

test('a fetch that fails fails the call, and the next may succeed', async () => {
  const { provider } = world(undefined, ['A', 60 * minute], undefined, ['B', 120 * minute]);
  await expect(provider()).rejects.toThrow('no token');
  expect((await provider()).accessKeyId).toBe('A');
  vi.setSystemTime(55 * minute);
  await expect(provider()).rejects.toThrow('no token');
  expect((await provider()).accessKeyId).toBe('B');
});
