import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type ClientHttp2Session, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { answer, passOn, refuse } from '../../../src/terraform/grpc.ts';
import { askForSchema, GET_SCHEMA } from '../../../src/terraform/schema-proxy.ts';

/** What stands between Terraform and one provider. */
interface ThinServerProps {
  /** The provider, from the first call that needs it on. */
  readonly provider: () => Promise<ClientHttp2Session>;
  /** File of the schema; made when it is missing. */
  readonly schemaFile: string;
  /** Told of each call that goes on to the provider. */
  readonly onCall?: (path: string, stream: ServerHttp2Stream) => void;
}

/**
 * Hands every call on to the provider but one: the question for its schema is answered from a file, with IAM, S3 and the region
 * alone. Terraform asks it with each command, and the schemas of the other 1,400 resources take most of a command's CPU time.
 * https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 */
export function thinServer({ provider, schemaFile, onCall }: ThinServerProps): Http2Server {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    const path = headers[':path'] ?? '';
    if (path === GET_SCHEMA)
      void schemaIn(schemaFile, provider).then((message) => {
        answer(stream, message);
      });
    else if (path === '/plugin.GRPCController/Shutdown') answer(stream, Buffer.alloc(0));
    // Terraform does without the plugin's output and without further connections.
    else if (path.startsWith('/plugin.')) refuse(stream);
    else {
      onCall?.(path, stream);
      void provider().then((session) => {
        passOn(session, stream, headers);
      });
    }
  });
  return server;
}

async function schemaIn(file: string, provider: ThinServerProps['provider']): Promise<Buffer> {
  if (existsSync(file)) return readFileSync(file);
  const thin = await askForSchema(await provider());
  // Whole or not at all: several processes do this at the same time.
  writeFileSync(`${file}.${process.pid}`, thin);
  renameSync(`${file}.${process.pid}`, file);
  return thin;
}

/** What a provider prints once it listens, so that Terraform, or who starts it ahead, reaches it. */
export function announcement({ socket, pid, isAttached }: Announced): string {
  if (!isAttached) return `1|5|unix|${socket}|grpc|`;
  const Addr = { Network: 'unix', String: socket };
  const config = { Protocol: 'grpc', ProtocolVersion: 5, Pid: pid, Test: true, Addr };
  return `\tTF_REATTACH_PROVIDERS='${JSON.stringify({ 'registry.terraform.io/hashicorp/aws': config })}'`;
}

interface Announced {
  readonly socket: string;
  readonly pid: number;
  /** Whether it was started ahead: https://developer.hashicorp.com/terraform/plugin/debugging */
  readonly isAttached: boolean;
}
