import { GetRoleCommand, type IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import type { Interrupts } from '../../../src/aws/probe/interrupts.ts';
import {
  type StatementProps,
  withTemporaryStatement,
} from '../../../src/aws/probe/with-temporary-statement.ts';
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

function propsFor(iam: IAMClient, interrupts: Interrupts): StatementProps & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const log = { ...logTo(), warning: (message: string) => void warnings.push(message) };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  return { iam, roleName: 'Kolena', statement, interrupts, clock, log, warnings };
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

  test.each(['SIGINT', 'SIGTERM'] as const)(
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

  test('is taken back when nobody knows whether it was added', async () => {
    const { role, iam } = roleInMemory((write) => {
      if (write === 1) throw new Error('socket hang up');
    });
    await expect(
      withTemporaryStatement(propsFor(iam, signals().interrupts), () => Promise.resolve()),
    ).rejects.toThrow('socket hang up');
    expect(role.writes).toBe(2);
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
    const { result, removal } = await withTemporaryStatement(
      propsFor(iam, signals().interrupts),
      async ({ renew }) => {
        role.document = JSON.stringify(trustPolicy);
        await renew();
        return JSON.parse(role.document) as unknown;
      },
    );
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
    const ended = withTemporaryStatement(
      propsFor({ send: slow } as unknown as IAMClient, interrupts),
      async ({ renew }) => {
        await renew();
        return new Promise(() => undefined);
      },
    );
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
