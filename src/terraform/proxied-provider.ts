import { join } from 'node:path';
import { startSchemaProxy } from './schema-proxy.ts';
import { attachmentTo, startProvider, type StartProps, type WarmProvider } from './warm-provider.ts';

interface ProxiedProps extends StartProps {
  /** The environment of the second process and of every further one. */
  readonly moreEnv: StartProps['env'];
}

/** Starts a provider for commands that read, a process for each configuration, or throws an Error that says why not. */
export async function startProxiedProvider({ moreEnv, ...props }: ProxiedProps): Promise<WarmProvider> {
  // Commands that write are not proxied: their provider must outlive this process.
  const first = await startProvider(props);
  const { config } = first;
  if (config.ProtocolVersion !== 5 || config.Addr.Network !== 'unix') return first;
  const all = [Promise.resolve(first)];
  const running = [first];
  const another = async () => {
    const started = startProvider({ ...props, env: moreEnv });
    all.push(started);
    const provider = await started;
    running.push(provider);
    return provider.config.Addr.String;
  };
  const socket = join(first.folder, 'proxy');
  const close = await startSchemaProxy({ socket, another, first: config.Addr.String });
  return {
    ...first,
    env: attachmentTo(props.provider, { ...config, Addr: { ...config.Addr, String: socket } }),
    servesMany: true,
    isRunning: () => running.every((provider) => provider.isRunning()),
    async end() {
      close();
      await Promise.allSettled(all.map(async (provider) => (await provider).end()));
    },
  };
}
