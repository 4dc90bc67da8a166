import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '../aws/clock.ts';
import { childCertificates } from '../aws/network/certificates.ts';
import type { Aws } from '../aws/open-aws.ts';
import { defined } from '../base/defined.ts';
import { readEvent } from '../github/event.ts';
import { openPullRequests } from '../github/pull-requests.ts';
import type * as stack from '../stack/synthesize.ts';
import { readEventPayload, readInputs, type Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';
import type { Command, Settings } from './settings.ts';

/** Renders what shall stand as Terraform JSON. */
type Stack = Pick<typeof stack, 'synthesizeAccess' | 'synthesizeAdoption'>;

/** All of the world that a run touches. */
export type Edges = ReturnType<typeof wireEdges>;

/** The real world of a run. What loads slowly loads late: a mistake in the inputs shows at once, and Terraform starts meanwhile. */
export function wireEdges(env: NodeJS.ProcessEnv, runner: Runner) {
  const event = readEvent(env, readEventPayload(env));
  let made: string | undefined;
  const runDir = () => (made ??= makeRunDirectory(env));
  const trySignIn = async (settings: Settings) => {
    const { openAws } = await import('../aws/open-aws.ts');
    return openAws({
      ...signInSettings(settings),
      env,
      log: runner,
      getIdToken: async (audience) => (await import('@actions/core')).getIDToken(audience),
      mask: runner.mask,
    });
  };
  return {
    runner,
    event,
    readInputs: () => readInputs(env),
    loadStack: (): Promise<Stack> => import('../stack/synthesize.ts'),
    /** Undefined when there is no role to assume and no ambient credentials at all. */
    trySignIn,
    /** Throws `credentials` with the very YAML to add, or `wrong-account`. */
    signIn: async (settings: Settings) => {
      const aws = await trySignIn(settings);
      if (aws !== undefined) return aws;
      const { missingCredentials } = await import('../aws/open-aws.ts');
      throw missingCredentials(env);
    },
    /** Throws `terraform-missing`. */
    openTerraform: async (inputs: Inputs, keys: Aws['environment']) => {
      const { settings, workingDirectory, pluginLock } = inputs;
      const terraform = await import('../terraform/open-terraform.ts');
      const { env: variables, setAside } = terraform.terraformEnvironment(env, {
        directory: process.cwd(),
        hasBackend: settings.backend !== undefined,
      });
      if (setAside.length > 0)
        runner.info(`Not passed on to Terraform, as docs/environment.md says: ${setAside.join(', ')}.`);
      const { binary } = await terraform.findTerraform({
        terraformPath: settings['terraform-path'],
        terraformVersion: settings['terraform-version'],
        workingDirectory,
        env: variables,
        log: runner,
      });
      const ownLock = await terraform.ownPluginLock(pluginLock, runner);
      return terraform.openTerraform({
        binary,
        workDir: runDir(),
        directory: workingDirectory,
        env: { ...variables, ...childCertificates(env, runDir()) },
        keys,
        // Without a backend nobody else can hold the lock.
        ...defined({ pluginLock: ownLock, lockTimeout: settings.backend && settings['lock-timeout'] }),
        warm: warmCommands(env, settings.command),
        log: runner,
        mask: runner.masked,
      });
    },
    /** Undefined without a token or outside of GitHub. */
    openPullRequests: (token: string | undefined) => {
      const { repository, apiUrl } = event;
      if (token === undefined || repository === undefined) return undefined;
      return openPullRequests({ token, repository, apiUrl, clock: systemClock, log: runner });
    },
    /** Writes a file that its owner alone reads, and gives its absolute path; one whose name is not absolute is a file of this run. */
    writeFile: (name: string, text: string) => {
      const path = resolve(runDir(), name);
      mkdirSync(dirname(path), { recursive: true });
      // A link that was checked out would lead elsewhere.
      rmSync(path, { force: true });
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
  };
}

/** What the AWS provider is started ahead for, unless the job's environment switches that off. */
function warmCommands(env: NodeJS.ProcessEnv, command: Command): readonly ('plan' | 'apply')[] {
  if (env['KOLENA_WARM_PROVIDER'] === 'off') return [];
  return command === 'plan' ? ['plan'] : ['plan', 'apply'];
}

/** A directory of this run alone: the jobs of a matrix may share a machine. */
function makeRunDirectory(env: NodeJS.ProcessEnv): string {
  const temp = env['RUNNER_TEMP'] ?? tmpdir();
  mkdirSync(temp, { recursive: true });
  return mkdtempSync(join(temp, 'kolena-s3-access-'));
}

function signInSettings(settings: Settings) {
  return defined({
    region: settings['aws-region'],
    allowedAccountIds: settings['allowed-account-ids'],
    roleToAssume: settings['role-to-assume'],
    roleSessionName: settings['role-session-name'],
    roleDurationSeconds: settings['role-duration-seconds'],
    audience: settings.audience,
  });
}
