import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { createInterface } from 'node:readline';
import { connectTo } from '../../../src/terraform/grpc.ts';

/** A provider's process, and the way to it. */
export interface LaunchedProvider {
  readonly child: ChildProcess;
  readonly session: ClientHttp2Session;
}

/**
 * By this a provider knows Terraform, which says it itself when it starts one:
 * https://github.com/hashicorp/terraform/blob/main/internal/plugin/serve.go
 */
const asTerraform = {
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
  PLUGIN_PROTOCOL_VERSIONS: '5',
};

/** Starts a provider as Terraform does; rejects when it ends at once. */
export async function launchProvider(
  executable: string,
  env: NodeJS.ProcessEnv,
  log: 'inherit' | 'ignore' = 'inherit',
): Promise<LaunchedProvider> {
  const child = spawn(executable, [], { env: { ...env, ...asTerraform }, stdio: ['ignore', 'pipe', log] });
  const lines = createInterface({ input: child.stdout });
  const handshake = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  const [, , , socket] = String(handshake[0]).split('|');
  if (socket === undefined) throw new Error(`${executable} ended at once`);
  return { child, session: connectTo(socket) };
}

/** Ends a provider at once, and resolves when it is gone. */
export async function endProvider({ child, session }: LaunchedProvider): Promise<void> {
  session.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
