import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as openSocket } from 'node:net';

// Whole messages of gRPC over local sockets: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
/** https://grpc.io/docs/guides/status-codes/ */
const [OK, UNIMPLEMENTED] = ['0', '12'];
/** Of a message: a flag, and 32 bits of length. */
const PREFIX = 5;
/** Bytes that may be on their way: the schema has tens of millions. */
const WINDOW = 2 ** 26;

/** A session with the provider behind a socket; it keeps no process alive. */
export function connectTo(socket: string): ClientHttp2Session {
  const session = connect('http://provider', {
    createConnection: () => openSocket(socket),
    settings: { initialWindowSize: WINDOW },
  });
  session.once('connect', () => {
    if (!session.destroyed) session.setLocalWindowSize(WINDOW);
  });
  // Whoever waits for an answer learns of it.
  session.on('error', () => undefined);
  session.unref();
  return session;
}

/** The message that a provider answers to a call without content. */
export async function ask(session: ClientHttp2Session, path: string): Promise<Buffer> {
  const asked = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
  const request = session.request(asked);
  request.end(Buffer.alloc(PREFIX));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(PREFIX);
}

/** Answers a call with a message, unless whoever called is gone. */
export function answer(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.closed) return;
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': OK }));
  stream.respond(GRPC, { waitForTrailers: true });
  stream.write(prefix);
  stream.end(message);
}

/** Answers that there is no such call, unless whoever called is gone. */
export function refuse(stream: ServerHttp2Stream): void {
  if (!stream.closed) stream.respond({ ...GRPC, 'grpc-status': UNIMPLEMENTED }, { endStream: true });
}

/** Hands a call on to a session, and its answer back; the call fails when the session ends before it is answered. */
export function passOn(
  session: ClientHttp2Session,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  const fail = () => {
    if (!stream.writableEnded) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  };
  if (stream.closed || session.closed || session.destroyed) {
    fail();
    return;
  }
  const request = session.request(headers);
  let trailers: IncomingHttpHeaders = {};
  request.on('trailers', (given: IncomingHttpHeaders) => {
    trailers = given;
  });
  request.on('response', (given, flags) => {
    if (stream.closed) return;
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(given, endStream ? { endStream } : { waitForTrailers: true });
    if (!endStream) request.pipe(stream);
  });
  request.on('error', fail);
  // A process that dies closes its socket, and that is not an error of the call.
  request.on('close', fail);
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('aborted', () => request.close(constants.NGHTTP2_CANCEL));
  stream.pipe(request);
}
