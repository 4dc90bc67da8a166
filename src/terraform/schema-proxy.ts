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

/**
 * Stands between Terraform and providers of plugin protocol 5 that were started ahead. Terraform opens a session for each
 * configuration, and each session that configures gets a provider that no other one configures: all calls but one go on to it
 * unchanged. The one asks for the schema of all 1,400 resources, with each command, and takes most of its time; a provider is
 * asked once, at once, and commands are told of the resources of the stacks alone. Gives what closes it.
 * https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 */
export async function startSchemaProxy({ socket, first, another }: SchemaProxyProps): Promise<() => void> {
  const shared = connectTo(first);
  const sessions = [shared];
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
    // Until it configures, what it asks depends on no configuration.
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
