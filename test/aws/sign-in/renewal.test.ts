import { expect, test } from 'vitest';

import { renewed } from '../../../src/aws/sign-in/renewal.ts';

const minute = 60_000;

function world() {
  let clock = 0;
  const failures: unknown[] = [];
  const answers: (() => Promise<{ accessKeyId: string; secretAccessKey: string; expiration?: Date }>)[] = [];
  let fetched = 0;
  const provider = renewed({
    fetch: () => {
      fetched += 1;
      return answers.shift()?.() ?? Promise.reject(new Error('asked too often'));
    },
    onFailure: (error) => failures.push(error),
    now: () => clock,
  });
  return {
    provider,
    failures,
    fetched: () => fetched,
    at: (milliseconds: number) => (clock = milliseconds),
    nextKeys: (accessKeyId: string, expires?: number) =>
      answers.push(() =>
        Promise.resolve({
          accessKeyId,
          secretAccessKey: 's',
          ...(expires !== undefined && { expiration: new Date(expires) }),
        }),
      ),
    nextFailure: () => answers.push(() => Promise.reject(new Error('no token'))),
  };
}

test('keys are kept while more than ten minutes are left, and renewed from then on', async () => {
  const { provider, at, nextKeys } = world();
  nextKeys('A', 60 * minute);
  nextKeys('B', 120 * minute);
  expect((await provider()).accessKeyId).toBe('A');
  at(50 * minute - 1);
  expect((await provider()).accessKeyId).toBe('A');
  at(50 * minute);
  expect((await provider()).accessKeyId).toBe('B');
});

test('keys without an end are fetched once', async () => {
  const { provider, at, nextKeys, fetched } = world();
  nextKeys('A');
  await provider();
  at(1e12);
  await provider();
  expect(fetched()).toBe(1);
});

test('asked by many at once, it fetches once', async () => {
  const { provider, nextKeys, fetched } = world();
  nextKeys('A', 60 * minute);
  await Promise.all([provider(), provider(), provider()]);
  expect(fetched()).toBe(1);
});

test('a renewal that fails is told, and the present keys go on', async () => {
  const { provider, at, nextKeys, nextFailure, failures } = world();
  nextKeys('A', 60 * minute);
  nextFailure();
  nextKeys('B', 120 * minute);
  await provider();
  at(55 * minute);
  expect((await provider()).accessKeyId).toBe('A');
  expect(failures).toEqual([new Error('no token')]);
  expect((await provider()).accessKeyId).toBe('B');
});

test('a renewal that fails in the last minute fails the call', async () => {
  const { provider, at, nextKeys, nextFailure } = world();
  nextKeys('A', 60 * minute);
  nextFailure();
  await provider();
  at(59 * minute);
  await expect(provider()).rejects.toThrow('no token');
});

test('the first fetch that fails fails the call, and the next may succeed', async () => {
  const { provider, nextKeys, nextFailure } = world();
  nextFailure();
  nextKeys('A', 60 * minute);
  await expect(provider()).rejects.toThrow('no token');
  expect((await provider()).accessKeyId).toBe('A');
});
