import type { Log } from '../base/log.ts';
import { withGoMemory } from './go-memory.ts';
import { installedProvider, type ProviderPackage } from './provider-package.ts';
import { startProvider, type Attachment, type WarmProvider } from './warm-provider.ts';

type Environment = Readonly<Record<string, string>>;

/** Starts the providers of one working directory ahead of the commands that configure them. */
export interface ProviderStarts {
  /** Starts the first command's provider as soon as `init` has installed one whose checksum is locked; waits for neither. */
  beside(init: Promise<unknown>): void;
  /** Starts the next command's provider, and does not wait for it. */
  ahead(): void;
  /**
   * Runs the commands of one configuration, attached to the provider that was started ahead. Without one Terraform starts its
   * providers by itself, and so it does where commands configure several; then the log says why.
   */
  during<T>(use: ProviderUse, work: (attachments: Attachments) => Promise<T>): Promise<T>;
}

/** How the commands of one configuration reach the provider that was started ahead. */
interface Attachments {
  /** For what configures it: it serves one configuration. */
  readonly configuring?: Attachment;
  /** For what asks it for its schema alone. */
  readonly describing?: Attachment;
}

interface ProviderUse {
  /** The Terraform JSON that is planned, or was. */
  readonly json: string;
  /** Whether `work` is done once more without it when the provider dies: it writes nothing to AWS. */
  readonly isRepeatable: boolean;
}

interface ProviderStartsProps {
  readonly workDir: string;
  /** A provider is started anew when this has changed: it gets its credentials from here alone. */
  readonly env: () => Promise<Environment>;
  readonly log: Log;
}

interface Start {
  readonly env: string;
  /** The provider, or why there is none. */
  readonly provider: WarmProvider | Error;
}

/** See {@link ProviderStarts}. */
export function openProviderStarts({ workDir, env, log }: ProviderStartsProps): ProviderStarts {
  let installed: Promise<ProviderPackage> | undefined;
  let next: Promise<Start> | undefined;
  const start = async (): Promise<Start> => {
    const given = await env();
    const provider = await launch(given).catch(asError);
    return { env: JSON.stringify(given), provider };
  };
  const launch = async (given: Environment) => {
    const obstacle = obstacleIn(given);
    if (obstacle !== undefined) throw new Error(obstacle);
    const provider = await installed;
    if (provider === undefined) throw new Error('none was installed yet');
    return startProvider({
      provider,
      env: withGoMemory({ env: given, count: 1 }),
      cwd: workDir,
    });
  };
  /** The one that was started ahead; started anew when its credentials are not those of now. */
  const take = async (): Promise<WarmProvider | Error | undefined> => {
    const begun = await next;
    next = undefined;
    if (begun === undefined || begun.provider instanceof Error) return begun?.provider;
    if (begun.env === JSON.stringify(await env())) return begun.provider;
    await begun.provider.end();
    return (await start()).provider;
  };
  return {
    beside(init) {
      installed = installedProvider(workDir, init);
      // Who takes the provider learns of it.
      installed.catch(() => undefined);
      this.ahead();
    },
    ahead() {
      next ??= start();
      next.catch(() => undefined);
    },
    async during({ json, isRepeatable }, work) {
      const provider = await take();
      if (provider === undefined) return work({});
      const problem = problemOf(provider, json);
      if (problem !== undefined) log.info(`Terraform starts the AWS provider by itself: ${problem}.`);
      if (provider instanceof Error) return work({});
      const isFit = provider.isRunning();
      const configuring = problem === undefined ? { configuring: provider } : {};
      try {
        return await work(isFit ? { ...configuring, describing: provider } : {});
      } catch (error) {
        if (!isFit || !isRepeatable || provider.isRunning()) throw error;
        log.info('The AWS provider ended; once more with one that Terraform starts by itself.');
        return await work({});
      } finally {
        await provider.end();
      }
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
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

/** Why commands that configure providers do without it: all configurations would share the one process, and the last answer for all. */
function problemOf(provider: WarmProvider | Error, json: string): string | undefined {
  if (provider instanceof Error) return provider.message;
  if (!provider.isRunning()) return 'the one that was started ended';
  const count = providerConfigurations(json);
  return count === 1 ? undefined : `this configuration has ${count} of them, one for each region`;
}
