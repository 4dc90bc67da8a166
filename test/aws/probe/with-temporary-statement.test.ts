import { GetRoleCommand, type IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import type { Interrupts } from '../../../src/aws/probe/interrupts.ts';
import {
  type StatementProps,
  type TrustBase,
  withTemporaryStatement,
} from '../../../src/aws/probe/with-temporary-statement.ts';
import { samePolicy } from '../../../src/iam/compare-policy.ts';
import { UserError } from '../../../src/base/errors.ts';
import { temporaryStatement } from '../../../src/iam/temporary-statement.ts';
import { callerArn, trustPolicy } from '../../verify/good.ts';
import { logTo } from '../../support/log.ts';

const statement = temporaryStatement({ principalArn: callerArn, externalId: 'id', expires: new Date(0) });
const awsError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name}: refused`), { name, $metadata: { httpStatusCode } });

/** One role's trust policy in memory; `onWrite` may throw instead of writing, by the number of the write from 1. */
function roleInMemory(onWrite: (write: number) => void = () => undefined) {
  const role = { document: JSON.stringify(trustPolicy), writes: 0 };
  const send = (command: unknown) => {
    if (command instanceof GetRoleCommand)
      return Promise.resolve({ Role: { AssumeRolePolicyDocument: encodeURIComponent(role.document) } });
    if (!(command instanceof UpdateAssumeRolePolicyCommand)) throw new Error('unexpected command');
    role.writes += 1;
    try {
      onWrite(role.writes);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    role.document = command.input.PolicyDocument ?? '';
    return Promise.resolve({});
  };
  return { role, iam: { send } as unknown as IAMClient };
}

function signals() {
  const handlers = new Set<(signal: NodeJS.Signals) => void>();
  const interrupts: Interrupts = {
    listen(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  return {
    interrupts,
    listeners: () => handlers.size,
    send: (signal: NodeJS.Signals) => {
      for (const handler of handlers) handler(signal);
    },
  };
}

/** A clock that only sleeping moves. */
function clockOf() {
  let now = 0;
  return {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const base: TrustBase = {
  justWritten: true,
  lessChecks: (reading) => ({
    ...reading,
    Statement: reading.Statement.filter(({ Sid }) => Sid !== statement.Sid),
  }),
  isAsConfigured: (reading) => samePolicy(reading, trustPolicy),
};

function propsFor(iam: IAMClient, interrupts: Interrupts): StatementProps & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const log = { ...logTo(), warning: (message: string) => void warnings.push(message) };
  const clock = clockOf();
  return { iam, roleName: 'Kolena', statement, base, interrupts, clock, log, warnings };
}

describe('withTemporaryStatement', () => {
  test('adds the statement for the work alone, and reads back that it is gone', async () => {
    const { role, iam } = roleInMemory();
    const { interrupts, listeners } = signals();
    const { result, removal } = await withTemporaryStatement(propsFor(iam, interrupts), () => {
      expect(JSON.parse(role.document)).toEqual({
        ...trustPolicy,
        Statement: [...trustPolicy.Statement, statement],
      });
      return Promise.resolve('done');
    });
    expect(result).toEqual({ outcome: 'ok', value: 'done' });
    expect(removal?.done).toBe(true);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
    expect(listeners()).toBe(0);
  });

  test('takes it back when the work throws', async () => {
    const { role, iam } = roleInMemory();
    const { interrupts, listeners } = signals();
    const failing = withTemporaryStatement(propsFor(iam, interrupts), () =>
      Promise.reject(new Error('broken')),
    );
    await expect(failing).rejects.toThrow('broken');
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
    expect(listeners()).toBe(0);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'takes it back on %s without waiting for the work',
    async (signal) => {
      const { role, iam } = roleInMemory();
      const { interrupts, listeners, send } = signals();
      const ended = withTemporaryStatement(propsFor(iam, interrupts), ({ abort }) => {
        send(signal);
        send(signal);
        expect(abort.aborted).toBe(true);
        return new Promise(() => undefined);
      });
      await expect(ended).rejects.toThrow(UserError);
      await expect(ended).rejects.toThrow(signal);
      expect(JSON.parse(role.document)).toEqual(trustPolicy);
      expect(listeners()).toBe(0);
    },
  );

  test('a signal while the statement is being added still has it taken back', async () => {
    const { interrupts, send } = signals();
    const { role, iam } = roleInMemory((write) => {
      if (write === 1) send('SIGTERM');
    });
    await expect(
      withTemporaryStatement(propsFor(iam, interrupts), () => new Promise(() => undefined)),
    ).rejects.toThrow('SIGTERM');
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('is refused, with nothing to take back, when AWS does not let it be added', async () => {
    const { role, iam } = roleInMemory(() => {
      throw awsError('AccessDenied', 403);
    });
    const work = () => Promise.reject(new Error('must not run'));
    const { result } = await withTemporaryStatement(propsFor(iam, signals().interrupts), work);
    expect(result).toMatchObject({ outcome: 'refused', refusal: { code: 'AccessDenied' } });
    expect(role.writes).toBe(1);
  });

  test('is looked for when nobody knows whether it was added', async () => {
    const { role, iam } = roleInMemory((write) => {
      if (write === 1) throw new Error('socket hang up');
    });
    await expect(
      withTemporaryStatement(propsFor(iam, signals().interrupts), () => Promise.resolve()),
    ).rejects.toThrow('socket hang up');
    // It is read for a while whether it arrived after all.
    expect(role.writes).toBe(1);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test.each([
    ['AWS failed at it', awsError('ServiceFailure', 500)],
    ['a repetition of it was refused', awsError('ConcurrentModification', 409)],
  ])('is taken back when it was added although %s', async (_, error) => {
    const { role, iam } = roleInMemory();
    const failing = async (command: unknown) => {
      const answer = await iam.send(command as UpdateAssumeRolePolicyCommand);
      if (command instanceof UpdateAssumeRolePolicyCommand && role.writes === 1) throw error;
      return answer;
    };
    const { result, removal } = await withTemporaryStatement(
      propsFor({ send: failing } as unknown as IAMClient, signals().interrupts),
      () => Promise.reject(new Error('must not run')),
    );
    expect(result).toMatchObject({ outcome: 'refused', refusal: { code: error.name } });
    expect(removal).toMatchObject({ done: true, trustPolicy });
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('is taken back in a later try when AWS is busy', async () => {
    const { role, iam } = roleInMemory((write) => {
      if (write === 2 || write === 3) throw awsError('Throttling', 400);
    });
    const { removal } = await withTemporaryStatement(propsFor(iam, signals().interrupts), () =>
      Promise.resolve(),
    );
    expect(removal?.done).toBe(true);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('says so when it cannot be taken back', async () => {
    const { iam } = roleInMemory((write) => {
      if (write > 1) throw awsError('AccessDenied', 403);
    });
    const props = propsFor(iam, signals().interrupts);
    const { removal } = await withTemporaryStatement(props, () => Promise.resolve());
    expect(removal).toMatchObject({
      done: false,
      evidence: expect.stringContaining('AccessDenied') as string,
    });
    expect(props.warnings).toHaveLength(1);
  });

  test('is added again when another check removed it', async () => {
    const { role, iam } = roleInMemory();
    const props = propsFor(iam, signals().interrupts);
    const { result, removal } = await withTemporaryStatement(props, async ({ renew }) => {
      role.document = JSON.stringify(trustPolicy);
      expect(await renew()).toBe('too-early');
      await props.clock.sleep(10_000);
      expect(await renew()).toBe('renewed');
      return JSON.parse(role.document) as unknown;
    });
    const during = { ...trustPolicy, Statement: [...trustPolicy.Statement, statement] };
    expect(result).toEqual({ outcome: 'ok', value: during });
    expect(removal).toMatchObject({ done: true, stood: true });
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('tells when it no longer stood at the end', async () => {
    const { role, iam } = roleInMemory();
    const { removal } = await withTemporaryStatement(propsFor(iam, signals().interrupts), () => {
      role.document = JSON.stringify(trustPolicy);
      return Promise.resolve();
    });
    expect(removal).toMatchObject({ done: true, stood: false });
  });

  test('a signal while it is added again still has it taken back', async () => {
    const { interrupts, send } = signals();
    const { role, iam } = roleInMemory();
    const slow = async (command: unknown) => {
      if (command instanceof UpdateAssumeRolePolicyCommand && role.writes === 1) {
        role.writes += 1;
        send('SIGTERM');
        await setTimeout(20);
        role.document = command.input.PolicyDocument ?? '';
        return {};
      }
      return iam.send(command as UpdateAssumeRolePolicyCommand);
    };
    const props = propsFor({ send: slow } as unknown as IAMClient, interrupts);
    const ended = withTemporaryStatement(props, async ({ renew }) => {
      role.document = JSON.stringify(trustPolicy);
      await props.clock.sleep(10_000);
      await renew();
      return new Promise(() => undefined);
    });
    await expect(ended).rejects.toThrow('SIGTERM');
    await setTimeout(40);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('is not added again after a signal', async () => {
    const { role, iam } = roleInMemory();
    const { interrupts, send } = signals();
    const ended = withTemporaryStatement(propsFor(iam, interrupts), async ({ renew }) => {
      send('SIGINT');
      await renew();
    });
    await expect(ended).rejects.toThrow('SIGINT');
    expect(role.writes).toBe(2);
  });
});

describe('readings that IAM answers by what stood before', () => {
  const withStatement = { ...trustPolicy, Statement: [...trustPolicy.Statement, statement] };
  const former = {
    ...trustPolicy,
    Statement: [{ ...trustPolicy.Statement[0], Principal: { AWS: 'arn:aws:iam::999999999999:root' } }],
  };

  /** A role whose readings are these in turn, then what is true; `undefined` is what is true. */
  function roleReadAs(readings: readonly (object | undefined)[]) {
    const { role, iam } = roleInMemory();
    const written: unknown[] = [];
    let next = 0;
    const send = (command: unknown) => {
      if (command instanceof UpdateAssumeRolePolicyCommand)
        written.push(JSON.parse(command.input.PolicyDocument ?? ''));
      const stale = command instanceof GetRoleCommand ? readings[next++] : undefined;
      if (stale === undefined) return iam.send(command as GetRoleCommand);
      return Promise.resolve({
        Role: { AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(stale)) },
      });
    };
    return { role, written, iam: { send } as unknown as IAMClient };
  }

  test('the former document is never written back after an apply', async () => {
    const { role, written, iam } = roleReadAs([former, former]);
    const { result } = await withTemporaryStatement(propsFor(iam, signals().interrupts), () =>
      Promise.resolve('done'),
    );
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(written).toEqual([withStatement, trustPolicy]);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('nothing is written to a role that does not trust Kolena as configured', async () => {
    const { written, iam } = roleReadAs(Array.from({ length: 10 }, () => former));
    const { result, removal } = await withTemporaryStatement(propsFor(iam, signals().interrupts), () =>
      Promise.reject(new Error('must not run')),
    );
    expect(result).toMatchObject({ outcome: 'refused', refusal: { code: 'NotAsConfigured' } });
    expect({ written, removal }).toEqual({ written: [], removal: undefined });
  });

  test.each<[string, readonly (object | undefined)[]]>([
    ['before the statement was added', [undefined, trustPolicy, trustPolicy]],
    ['after it was taken out', [undefined, undefined, withStatement, withStatement]],
    ['in any order', [undefined, trustPolicy, undefined, withStatement, trustPolicy]],
    ['from before the apply', [undefined, former, former, undefined, former]],
  ])('it is taken out once, whatever is read from %s', async (_, readings) => {
    const { role, written, iam } = roleReadAs(readings);
    const { removal } = await withTemporaryStatement(propsFor(iam, signals().interrupts), () =>
      Promise.resolve(),
    );
    expect(removal).toMatchObject({ done: true, stood: true, trustPolicy });
    expect(written).toEqual([withStatement, trustPolicy]);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('a reading from before a write is never taken for one after it: one write adds the statement, one takes it out', async () => {
    // The first reading is the base of the write; all that the check reads after it tell of the time before.
    const { role, written, iam } = roleReadAs([undefined, ...Array.from({ length: 4 }, () => trustPolicy)]);
    const props = propsFor(iam, signals().interrupts);
    const { removal } = await withTemporaryStatement(props, async ({ renew }) => {
      for (const pause of [0, 1000, 2000, 4000, 2999]) {
        await props.clock.sleep(pause);
        expect(await renew()).toBe('too-early');
      }
    });
    expect(removal).toMatchObject({ done: true, stood: true });
    expect(written).toEqual([withStatement, trustPolicy]);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('nor is one from before it was added again', async () => {
    const { role, written, iam } = roleReadAs([undefined, trustPolicy, trustPolicy]);
    const props = propsFor(iam, signals().interrupts);
    await withTemporaryStatement(props, async ({ renew }) => {
      role.document = JSON.stringify(trustPolicy);
      await props.clock.sleep(10_000);
      expect(await renew()).toBe('renewed');
      await props.clock.sleep(9_999);
      expect(await renew()).toBe('too-early');
    });
    expect(written).toEqual([withStatement, withStatement, trustPolicy]);
    expect(JSON.parse(role.document)).toEqual(trustPolicy);
  });

  test('where readings disagree to the end it is left to its expiry, and that is said', async () => {
    const stale = Array.from({ length: 20 }, () => withStatement);
    const { written, iam } = roleReadAs([undefined, ...stale]);
    const props = propsFor(iam, signals().interrupts);
    const { removal } = await withTemporaryStatement(props, () => Promise.resolve());
    expect(removal).toMatchObject({
      done: false,
      evidence: expect.stringContaining('left to its expiry') as string,
    });
    expect(props.warnings).toHaveLength(1);
    expect(written).toHaveLength(2);
  });

  test('what somebody else wrote meanwhile stays', async () => {
    const { role, iam } = roleInMemory();
    const theirs = {
      Sid: 'Theirs',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } },
    };
    await withTemporaryStatement(propsFor(iam, signals().interrupts), () => {
      role.document = JSON.stringify({ ...withStatement, Statement: [...withStatement.Statement, theirs] });
      return Promise.resolve();
    });
    expect(JSON.parse(role.document)).toMatchObject({
      Statement: [trustPolicy.Statement[0], { Sid: 'Theirs' }],
    });
  });
});
