import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, connectTo, passOn } from '../../src/terraform/grpc.ts';

/** A server on a socket of its own, which does this with each call. */
async function listen(onCall: (stream: ServerHttp2Stream, headers: Parameters<typeof passOn>[2]) => void) {
  const socket = join(mkdtempSync(join(tmpdir(), 'grpc-')), 'socket');
  const server = createServer();
  const connections: Socket[] = [];
  server.on('connection', (connection: Socket) => connections.push(connection));
  server.on('stream', onCall);
  server.listen(socket);
  await once(server, 'listening');
  return { socket, server, connections };
}

const call = '/tfplugin5.Provider/ReadResource';

it('fails a call whose provider ends before it answers, and each one after it', async () => {
  const provider = await listen(() => {
    // As when the process dies: the system closes its sockets.
    for (const connection of provider.connections) connection.end();
  });
  const upstream = connectTo(provider.socket);
  const between = await listen((stream, headers) => {
    stream.on('error', () => undefined);
    passOn(upstream, stream, headers);
  });
  const session = connectTo(between.socket);
  await expect(ask(session, call)).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/);
  await expect(ask(session, call)).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/);
}, 10_000);
