import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as openSocket } from 'node:net';
import { keepResources } from './provider-schema.ts';

/** What stands between Terraform and a provider. */
export interface SchemaProxy {
  readonly close: () => void;
}

interface SchemaProxyProps {
  /** Path of the socket that it makes. */
  readonly socket: string;
  /** Path of the socket of a provider that runs. */
  readonly first: string;
  /** Starts another one, and gives the path of its socket. */
  readonly another: () => Promise<string>;
  /** Names of the resources whose schema is told. */
  readonly wanted: RegExp;
}

const GET_SCHEMA = '/tfplugin5.Provider/GetSchema';
const CONFIGURE = '/tfplugin5.Provider/Configure';
const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
/** https://grpc.io/docs/guides/status-codes/ */
const [OK, UNIMPLEMENTED] = ['0', '12'];
/** Of a message: a flag, and 32 bits of length. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX = 5;
/** Bytes that may be on their way: the schema has tens of millions. */
const WINDOW = 2 ** 26;

/**
 * Stands between Terraform and providers of plugin protocol 5 that were started ahead. Terraform opens a session for each
 * configuration, and each session that configures gets a provider that no other one configures: all calls but one go on to it
 * unchanged. The one asks for the schema of all 1,400 resources, with each command, and takes most of its time; a provider is
 * asked once, at once, and commands are told of the wanted resources alone.
 * https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 */
export async function startSchemaProxy(props: SchemaProxyProps): Promise<SchemaProxy> {
  const { socket, first, another, wanted } = props;
  const shared = connectTo(first);
  const sessions = [shared];
  const schema = askForSchema(shared, wanted);
  schema.catch(() => undefined);
  /** Providers that nobody has configured. */
  const free = [shared];
  const take = async () => {
    const known = free.pop();
    if (known !== undefined) return known;
    const session = connectTo(await another());
    sessions.push(session);
    return session;
  };
  const server = createServer();
  server.on('session', (session) => {
    // Until it configures, what it asks depends on no configuration.
    let provider = Promise.resolve(shared);
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      const path = headers[':path'] ?? '';
      if (path === CONFIGURE) provider = take();
      if (path === GET_SCHEMA) void reply(stream, schema);
      // Terraform does without the plugin's output and without further connections.
      else if (path.startsWith('/plugin.')) refuse(stream);
      else
        void provider.then(
          (upstream) => {
            passOn(upstream, { stream, headers });
          },
          () => {
            refuse(stream);
          },
        );
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  server.unref();
  return {
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function connectTo(socket: string): ClientHttp2Session {
  const session = connect('http://provider', {
    createConnection: () => openSocket(socket),
    settings: { initialWindowSize: WINDOW },
  });
  session.once('connect', () => {
    session.setLocalWindowSize(WINDOW);
  });
  // Whoever waits for an answer learns of it.
  session.on('error', () => undefined);
  session.unref();
  return session;
}

function refuse(stream: ServerHttp2Stream): void {
  stream.respond({ ...GRPC, 'grpc-status': UNIMPLEMENTED }, { endStream: true });
}

async function askForSchema(session: ClientHttp2Session, wanted: RegExp): Promise<Buffer> {
  const asked = {
    ':method': 'POST',
    ':path': GET_SCHEMA,
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  const request = session.request(asked);
  request.end(Buffer.alloc(PREFIX));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const message = keepResources(Buffer.concat(chunks).subarray(PREFIX), wanted);
  if (message.length === 0) throw new Error('the provider told no schema');
  const answer = Buffer.concat([Buffer.alloc(PREFIX), message]);
  answer.writeUInt32BE(message.length, 1);
  return answer;
}

async function reply(stream: ServerHttp2Stream, answer: Promise<Buffer>): Promise<void> {
  const message = await answer.catch(() => undefined);
  if (message === undefined) {
    refuse(stream);
    return;
  }
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': OK });
  });
  stream.respond(GRPC, { waitForTrailers: true });
  stream.end(message);
}

interface Call {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
}

function passOn(session: ClientHttp2Session, { stream, headers }: Call): void {
  const request = session.request(headers);
  let trailers: IncomingHttpHeaders = {};
  request.on('trailers', (given: IncomingHttpHeaders) => {
    trailers = given;
  });
  request.on('response', (given, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(given, endStream ? { endStream } : { waitForTrailers: true });
    if (!endStream) request.pipe(stream);
  });
  request.on('error', () => {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  stream.on('wantTrailers', () => {
    stream.sendTrailers(trailers);
  });
  stream.on('aborted', () => {
    request.close(constants.NGHTTP2_CANCEL);
  });
  stream.pipe(request);
}
