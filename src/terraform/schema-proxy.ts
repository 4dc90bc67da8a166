import { once } from 'node:events';
import { createServer, type ClientHttp2Session } from 'node:http2';
import { answer, ask, connectTo, passOn, refuse } from './grpc.ts';
import { keepResources } from './provider-schema.ts';

interface SchemaProxyProps {
  /** Path of the socket that it makes. */
  readonly socket: string;
  /** Path of the socket of a provider that runs. */
  readonly first: string;
  /** Starts another one, and gives the path of its socket. */
  readonly another: () => Promise<string>;
}

/** Names of the resources of which the stacks are made. */
const RESOURCES = /^aws_(?:iam_|s3_|region$)/;
/** The question for the schema of all resources. */
export const GET_SCHEMA = '/tfplugin5.Provider/GetSchema';
const CONFIGURE = '/tfplugin5.Provider/Configure';

// https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
/** Stands between Terraform and providers of plugin protocol 5 that were started ahead. Gives what closes it. */
export async function startSchemaProxy({ socket, first, another }: SchemaProxyProps): Promise<() => void> {
  const shared = connectTo(first);
  const sessions = [shared];
  // The schema of all 1,400 resources takes most of each command's time: it is asked for once, at once.
  const schema = askForSchema(shared);
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
    // A session for each configuration: until it configures any provider will do, then it gets one for itself.
    let provider = Promise.resolve(shared);
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      const path = headers[':path'] ?? '';
      if (path === CONFIGURE) provider = take();
      const serve = async () => {
        if (path === GET_SCHEMA) answer(stream, await schema);
        // Terraform does without the plugin's output and without further connections.
        else if (path.startsWith('/plugin.')) refuse(stream);
        else passOn(await provider, stream, headers);
      };
      serve().catch(() => refuse(stream));
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  server.unref();
  return () => {
    for (const session of sessions) session.destroy();
    server.close();
  };
}

/** The schema that a provider tells, of the resources of the stacks alone; throws where it tells none. */
export async function askForSchema(session: ClientHttp2Session): Promise<Buffer> {
  const message = keepResources(await ask(session, GET_SCHEMA), RESOURCES);
  if (message.length === 0) throw new Error('the provider told no schema');
  return message;
}
