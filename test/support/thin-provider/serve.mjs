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
import { connect, constants, createServer } from 'node:http2';
import { connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keepResources } from '../../../src/terraform/provider-schema.ts';

const [executable = '', schemaFile = '', mode] = process.argv.slice(2);
const isAttached = mode === '-debug';
const folder = mkdtempSync(join(process.env.PLUGIN_UNIX_SOCKET_DIR ?? tmpdir(), 'provider-'));
const socket = join(folder, 'socket');
const grpc = { ':status': 200, 'content-type': 'application/grpc' };
/** https://grpc.io/docs/guides/status-codes/ */
const [OK, UNIMPLEMENTED] = ['0', '12'];
/** A message of gRPC without content: a flag, and a length of 0. */
const empty = Buffer.alloc(5);
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
  if (path === '/tfplugin5.Provider/GetSchema')
    void schema(headers).then((message) => reply(stream, message));
  else if (path === '/plugin.GRPCController/Shutdown') reply(stream, empty);
  // Terraform does without the plugin's output and without further connections.
  else if (path.startsWith('/plugin.'))
    stream.respond({ ...grpc, 'grpc-status': UNIMPLEMENTED }, { endStream: true });
  else void start().then(({ session }) => passOn({ session, stream, headers }));
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

function reply(stream, message) {
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': OK }));
  stream.respond(grpc, { waitForTrailers: true });
  stream.end(message);
}

async function schema(headers) {
  if (existsSync(schemaFile)) return readFileSync(schemaFile);
  const { session } = await start();
  const request = session.request(headers);
  request.end(empty);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const message = keepResources(Buffer.concat(chunks).subarray(empty.length), /^aws_(iam_|s3_|region$)/);
  const thin = Buffer.concat([empty, message]);
  thin.writeUInt32BE(message.length, 1);
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
  const address = handshake.split('|')[3];
  const session = connect('http://provider', { createConnection: () => openSocket(address) });
  session.on('error', () => undefined);
  return { child, session };
}

function passOn({ session, stream, headers }) {
  const request = session.request(headers);
  let trailers = {};
  request.on('trailers', (given) => (trailers = given));
  request.on('response', (given, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(given, endStream ? { endStream } : { waitForTrailers: true });
    if (!endStream) request.pipe(stream);
  });
  request.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('aborted', () => request.close(constants.NGHTTP2_CANCEL));
  stream.pipe(request);
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
