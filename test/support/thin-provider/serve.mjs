/**
 * Stands between Terraform and the AWS provider. Every call goes on to the provider but one: the question for its schema is
 * answered from a file, with IAM, S3 and the region alone. Terraform asks it with each command, and the schemas of the
 * other 1,400 resources take most of a command's CPU time.
 * https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 *
 *   node serve.mjs <the provider's executable> <file of the schema, made when it is missing> [-debug]
 *
 * With -debug it serves any number of commands until it is ended, and says how to attach to it:
 * https://developer.hashicorp.com/terraform/plugin/debugging
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { answer, connectTo, passOn, refuse } from '../../../src/terraform/grpc.ts';
import { askForSchema, GET_SCHEMA } from '../../../src/terraform/schema-proxy.ts';

const [executable = '', schemaFile = '', mode] = process.argv.slice(2);
const isAttached = mode === '-debug';
const folder = mkdtempSync(join(process.env.PLUGIN_UNIX_SOCKET_DIR ?? tmpdir(), 'provider-'));
const socket = join(folder, 'socket');
/**
 * By this a provider knows Terraform, which says it itself when it starts one:
 * https://github.com/hashicorp/terraform/blob/main/internal/plugin/serve.go
 */
const asTerraform = {
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
  PLUGIN_PROTOCOL_VERSIONS: '5',
};
/** The provider, from the first call that needs it on. */
let provider;

const server = createServer();
if (!isAttached) server.on('session', (session) => session.on('close', end));
server.on('stream', (stream, headers) => {
  stream.on('error', () => undefined);
  const path = headers[':path'];
  if (path === GET_SCHEMA) void schema().then((message) => answer(stream, message));
  else if (path === '/plugin.GRPCController/Shutdown') answer(stream, Buffer.alloc(0));
  // Terraform does without the plugin's output and without further connections.
  else if (path.startsWith('/plugin.')) refuse(stream);
  else void start().then(({ session }) => passOn(session, stream, headers));
});
server.listen(socket, () => process.stdout.write(isAttached ? attachment() : `1|5|unix|${socket}|grpc|\n`));
// A provider leaves interrupts to Terraform.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', end);

function attachment() {
  const Addr = { Network: 'unix', String: socket };
  const config = { Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr };
  return `\tTF_REATTACH_PROVIDERS='${JSON.stringify({ 'registry.terraform.io/hashicorp/aws': config })}'\n`;
}

async function schema() {
  if (existsSync(schemaFile)) return readFileSync(schemaFile);
  const { session } = await start();
  const thin = await askForSchema(session);
  // Whole or not at all: several of these processes run at the same time.
  writeFileSync(`${schemaFile}.${process.pid}`, thin);
  renameSync(`${schemaFile}.${process.pid}`, schemaFile);
  return thin;
}

function start() {
  provider ??= launch();
  return provider;
}

async function launch() {
  const env = { ...process.env, ...asTerraform };
  const child = spawn(executable, [], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [handshake] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, session: connectTo(handshake.split('|')[3]) };
}

async function end() {
  const child = (await provider)?.child;
  if (child?.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
