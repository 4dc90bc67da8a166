/**
 * Stands between Terraform and one AWS provider, which lives as long as this process: see thin-server.ts.
 *
 *   node serve.mjs <the provider's executable> <file of the schema, made when it is missing> [-debug]
 *
 * With -debug it serves any number of commands until it is ended.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProvider, launchProvider } from './launch-provider.ts';
import { announcement, thinServer } from './thin-server.ts';

const [executable = '', schemaFile = '', mode] = process.argv.slice(2);
const isAttached = mode === '-debug';
const folder = mkdtempSync(join(process.env.PLUGIN_UNIX_SOCKET_DIR ?? tmpdir(), 'provider-'));
const socket = join(folder, 'socket');
let provider;

const server = thinServer({
  schemaFile,
  provider: async () => (await (provider ??= launchProvider(executable, process.env))).session,
});
if (!isAttached) server.on('session', (session) => session.on('close', end));
server.listen(socket, () => console.log(announcement({ socket, pid: process.pid, isAttached })));
// A provider leaves interrupts to Terraform.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', end);

async function end() {
  if (provider !== undefined) await endProvider(await provider);
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
