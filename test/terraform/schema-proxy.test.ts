import { EventEmitter, once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, connectTo } from '../../src/terraform/grpc.ts';
import { GET_SCHEMA, startSchemaProxy } from '../../src/terraform/schema-proxy.ts';

/** What would end the process, and show a stack trace. */
const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);
let close = (): void => undefined;

beforeEach(() => {
  uncaught.length = 0;
  process.on('unhandledRejection', note).on('uncaughtException', note);
});
afterEach(() => {
  process.off('unhandledRejection', note).off('uncaughtException', note);
  close();
});

/** A proxy before a provider that answers when it is told to, and before another one that starts when it is told to. */
async function proxied() {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const [first, socket] = [join(folder, 'provider'), join(folder, 'proxy')];
  const calls: ServerHttp2Stream[] = [];
  const provider = createServer();
  provider.on('stream', (stream) => {
    stream.on('error', () => undefined);
    calls.push(stream);
  });
  provider.listen(first);
  await once(provider, 'listening');
  const started = new EventEmitter();
  const another = async () => String((await once(started, 'start'))[0]);
  close = await startSchemaProxy({ socket, first, another });
  return {
    openSession: () => connectTo(socket),
    answerAll: () => {
      for (const call of calls)
        if (!call.closed) call.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    },
    startAnother: () => started.emit('start', first),
  };
}

const answerOf = (session: ReturnType<typeof connectTo>, path: string) =>
  ask(session, path).catch(() => undefined);
const aWhile = () => sleep(100);

it('does without an answer for a Terraform that is gone', async () => {
  const { openSession, answerAll } = await proxied();
  const session = openSession();
  const asked = answerOf(session, GET_SCHEMA);
  await aWhile();
  session.destroy();
  answerAll();
  await asked;
  await aWhile();
  expect(uncaught).toEqual([]);
});

it('passes nothing on for a Terraform that is gone before its provider has started', async () => {
  const { openSession, answerAll, startAnother } = await proxied();
  const sessions = [openSession(), openSession()] as const;
  const asked = sessions.map((session) => answerOf(session, '/tfplugin5.Provider/Configure'));
  await aWhile();
  for (const session of sessions) session.destroy();
  await aWhile();
  startAnother();
  await aWhile();
  answerAll();
  await Promise.all(asked);
  await aWhile();
  expect(uncaught).toEqual([]);
});

it('says nothing to a session that is ended before it is open', async () => {
  const { openSession } = await proxied();
  openSession().destroy();
  await aWhile();
  expect(uncaught).toEqual([]);
});
