import { saidBy } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { withGoMemory } from './go-memory.ts';
import { installedProvider, type ProviderPackage } from './provider-package.ts';
import { startProvider, type Attachment, type WarmProvider } from './warm-provider.ts';

type Environment = Readonly<Record<string, string>>;

/** What a provider is started for: commands that read AWS, or the one that writes. */
type Use = 'plan' | 'apply';

interface ProviderStartsProps {
  readonly workDir: string;
  /** A provider is started anew when this has changed: it gets its credentials from here alone. */
  readonly env: () => Promise<Environment>;
  readonly log: Log;
}

interface Start {
  readonly use: Use;
  readonly env: string;
  /** The provider, or why there is none. */
  readonly provider: WarmProvider | string;
}

/** What Terraform says of a resource, in the state, whose schema it was not told. */
const OTHER_RESOURCE = /no schema|does not support resource type/i;

/** Starts the providers of one working directory ahead of the commands that configure them. */
export function openProviderStarts({ workDir, env, log }: ProviderStartsProps) {
  let installed: Promise<ProviderPackage> | undefined;
  let next: Promise<Start> | undefined;
  const start = async (use: Use): Promise<Start> => {
    const given = await env();
    const provider = obstacleIn(given) ?? (await launch(use, given).catch(saidBy));
    return { use, env: JSON.stringify(given), provider };
  };
  const launch = async (use: Use, given: Environment) => {
    // It loads while init runs, and not before.
    const { startProxiedProvider } = await import('./proxied-provider.ts');
    const provider = await installed;
    if (provider === undefined) throw new Error('none was installed yet');
    const props = { provider, env: withGoMemory({ env: given, count: 1 }), cwd: workDir };
    return use === 'apply' ? startProvider(props) : startProxiedProvider({ ...props, moreEnv: given });
  };
  /** The one that was started ahead; started anew when its credentials are not those of now. */
  const take = async (): Promise<Start | undefined> => {
    const begun = await next;
    next = undefined;
    if (begun === undefined || typeof begun.provider === 'string') return begun;
    if (begun.env === JSON.stringify(await env())) return begun;
    await begun.provider.end();
    return start(begun.use);
  };
  /** Starts the next commands' provider, and does not wait for it. */
  const ahead = (use: Use) => {
    next ??= start(use);
    next.catch(() => undefined);
  };
  return {
    ahead,
    /** Starts the plan's provider as soon as `init` has installed one whose checksum is known; waits for neither. */
    beside(init: Promise<unknown>): void {
      installed = installedProvider(workDir, init);
      // Who takes the provider learns of it.
      installed.catch(() => undefined);
      ahead('plan');
    },
    /** Runs commands on one JSON, attached to the provider started ahead, else with Terraform's own, and logs why. */
    async during<T>(json: string, work: (attachment?: Attachment) => Promise<T>): Promise<T> {
      const begun = await take();
      if (begun === undefined) return work();
      const { provider, use } = begun;
      const problem = problemOf(provider, json);
      if (problem !== undefined) log.info(`Terraform starts the AWS provider by itself: ${problem}.`);
      if (typeof provider === 'string') return work();
      try {
        return await (problem === undefined ? work(provider) : work());
      } catch (error) {
        const why = provider.isRunning() ? otherResource(error) : 'The AWS provider ended';
        if (problem !== undefined || use === 'apply' || why === undefined) throw error;
        log.info(`${why}: once more with one that Terraform starts by itself.`);
        return await work();
      } finally {
        await provider.end();
      }
    },
  };
}

function otherResource(error: unknown): string | undefined {
  return OTHER_RESOURCE.test(saidBy(error)) ? 'The state holds resources of another stack' : undefined;
}

/** Why no provider is started ahead on this machine, in this environment. */
function obstacleIn(env: Environment): string | undefined {
  if (process.platform === 'win32') return 'on Windows others could reach one that runs already';
  const logs = Object.keys(env).find((name) => name.startsWith('TF_LOG') && env[name]);
  return logs && `${logs} is set, and the log of one that runs already is not Terraform's`;
}

/** Number of provider configurations in Terraform JSON. */
export function providerConfigurations(json: string): number {
  const { provider = {} } = JSON.parse(json) as { provider?: Record<string, readonly unknown[]> };
  return Object.values(provider).flat().length;
}

/** Why commands do without it. One process that serves all configurations would answer all of them as the last one wants. */
function problemOf(provider: Start['provider'], json: string): string | undefined {
  if (typeof provider === 'string') return provider;
  if (!provider.isRunning()) return 'the one that was started ended';
  const count = providerConfigurations(json);
  return count === 1 || provider.servesMany === true
    ? undefined
    : `this configuration has ${count} of them, one for each region`;
}
