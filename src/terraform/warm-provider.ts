import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { ProviderPackage } from './provider-package.ts';

/** As `TF_REATTACH_PROVIDERS` holds it; all else of it is handed on. */
export interface ReattachConfig {
  readonly ProtocolVersion: number;
  readonly Addr: { readonly Network: string; readonly String: string };
}

/** How Terraform reaches a provider that runs already. */
export interface Attachment {
  readonly env: Readonly<Record<'TF_REATTACH_PROVIDERS', string>>;
  /** The provider lives while this process, or one that inherited it, has it open. */
  readonly lifeline: Writable;
}

/** A provider that runs, for one configuration unless it says otherwise. */
export interface WarmProvider extends Attachment {
  readonly config: ReattachConfig;
  /** Whether each configuration gets a process of its own. */
  readonly servesMany?: boolean;
  /** A folder of its own, which nobody else can enter. */
  readonly folder: string;
  isRunning(): boolean;
  /** Ends it, and resolves when nothing of it is left. */
  end(): Promise<void>;
}

/** Which provider, and how. */
export interface StartProps {
  readonly provider: ProviderPackage;
  /** The one source of its credentials. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Milliseconds after which a provider that has not told its address counts as one that never will. */
const START_LIMIT = 15_000;

/** Runs the provider ($1) until nobody holds its input's other end, even by SIGKILL; then folder ($2) and group go. */
const SUPERVISOR = `
exec 3<&0
"$1" -debug </dev/null 3<&- &
provider=$!
{ read -r _ <&3; kill -TERM $provider; sleep 3; kill -KILL $provider; } >/dev/null 2>&1 &
wait $provider
rm -rf "$2"
kill -KILL 0
`;

/** In debug mode it traces into standard error: https://developer.hashicorp.com/terraform/plugin/log/managing */
export const SILENT = {
  TF_LOG_SDK: 'off',
  TF_LOG_SDK_PROTO: 'off',
  TF_LOG_SDK_MUX: 'off',
  TF_LOG_SDK_FRAMEWORK: 'off',
  TF_LOG_SDK_HELPER_SCHEMA: 'off',
  TF_LOG_SDK_HELPER_RESOURCE: 'off',
  TF_LOG_PROVIDER: 'off',
  TF_LOG_PROVIDER_AWS: 'off',
};

/** Starts a provider: https://developer.hashicorp.com/terraform/plugin/debugging. Throws an Error that says why not. */
export async function startProvider({ provider, env, cwd }: StartProps): Promise<WarmProvider> {
  // It serves one configuration: aliases would share the last one, and with `AWS_CA_BUNDLE` the second one fails.
  // Nobody else can enter it, and a socket's path has at most 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'kolena-'));
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', provider.executable, folder], {
    cwd,
    env: { ...env, ...SILENT, PLUGIN_UNIX_SOCKET_DIR: folder },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const { stdin, stdout } = child;
  // What is written is never read, and what is gone is told by `close`.
  stdin.on('error', () => undefined);
  const closed = once(child, 'close').catch(() => undefined);
  const handles = [child, stdin, stdout] as readonly { ref(): void; unref(): void }[];
  const end = async () => {
    // Else Node would end while this is waited for.
    for (const handle of handles) handle.ref();
    stdin.destroy();
    await closed;
  };
  try {
    const config = await announced(stdout, closed);
    for (const handle of handles) handle.unref();
    return {
      ...{ config, folder, end, lifeline: stdin },
      env: attachmentTo(provider, config),
      isRunning: () => child.exitCode === null && child.signalCode === null,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The variable by which Terraform attaches. */
export function attachmentTo({ address }: ProviderPackage, config: ReattachConfig): Attachment['env'] {
  return { TF_REATTACH_PROVIDERS: JSON.stringify({ [address]: config }) };
}

/** What the provider says of how to reach it. */
async function announced(stdout: NodeJS.ReadableStream, closed: Promise<unknown>): Promise<ReattachConfig> {
  const json = await new Promise<string>((resolve, reject) => {
    const silence = new Error(`it said nothing within ${START_LIMIT / 1000} s`);
    setTimeout(reject, START_LIMIT, silence).unref();
    void closed.then(() => reject(new Error('it ended at once')));
    let printed = '';
    stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, address] = /TF_REATTACH_PROVIDERS='(\{.*\})'/.exec(printed) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  const [config] = Object.values(JSON.parse(json) as Record<string, ReattachConfig>);
  if (config === undefined) throw new Error('it told no address');
  return config;
}
