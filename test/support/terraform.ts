import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findTerraform } from '../../src/terraform/install.ts';
import { cacheFolder, repository } from './cache-folder.ts';
import { findOnPath } from './find-on-path.ts';

/** The Terraform of this machine, and what it needs to find the AWS provider. */
export interface LocalTerraform {
  readonly binary: string;
  /** `TF_*` variables; the provider comes from a mirror on this machine, or from the registry where there is none. */
  readonly env: Readonly<Record<string, string>>;
}

/** Finds Terraform on PATH, or fetches it as the Action itself does, into a cache of this repository. */
export async function localTerraform(): Promise<LocalTerraform> {
  const binary = findOnPath('terraform') ?? (await fetchTerraform());
  const mirror = providerMirror();
  return {
    binary,
    env: {
      TF_CLI_CONFIG_FILE: cliConfig(mirror),
      CHECKPOINT_DISABLE: '1',
      // `cdktf deploy` runs this command, which asks the registry whatever the CLI configuration says.
      ...(mirror !== undefined && { TF_CLI_ARGS_providers_lock: `-fs-mirror=${mirror}` }),
    },
  };
}

/** A Terraform in front of the real one that writes down each command. */
export interface RecordedTerraform {
  /** PATH on which `terraform` is the recording one. */
  readonly path: string;
  /** Arguments of each command so far, in order. */
  commands(): readonly (readonly string[])[];
}

/** Records the commands that a run gives to Terraform. */
export function recordTerraform(binary: string): RecordedTerraform {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-recorded-'));
  const log = join(folder, 'commands.jsonl');
  appendFileSync(log, '');
  const script = [
    '#!/usr/bin/env node',
    `require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');`,
    `const run = require('node:child_process').spawn(${JSON.stringify(binary)}, process.argv.slice(2), { stdio: 'inherit' });`,
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal));`,
    `run.on('exit', (code) => process.exit(code ?? 1));`,
  ];
  writeFileSync(join(folder, 'terraform'), script.join('\n'));
  chmodSync(join(folder, 'terraform'), 0o755);
  return {
    path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    commands: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as string[]),
  };
}

async function fetchTerraform(): Promise<string> {
  try {
    const { binary } = await findTerraform({
      terraformVersion: '>= 1.10.0, < 2.0.0',
      workingDirectory: repository,
      env: { ...process.env, RUNNER_TOOL_CACHE: cacheFolder('tools'), RUNNER_TEMP: cacheFolder('temp') },
      log: { info: () => undefined, warning: console.warn, group: (_name, work) => work() },
    });
    return binary;
  } catch (cause) {
    const message =
      'Terraform is neither on PATH nor could it be fetched. Install Terraform 1.10 or later: https://developer.hashicorp.com/terraform/install';
    throw new Error(message, { cause });
  }
}

/** A CLI configuration of our own, so that a user's does not decide about a test. */
function cliConfig(mirror: string | undefined): string {
  const installation =
    mirror === undefined
      ? `plugin_cache_dir = ${JSON.stringify(cacheFolder('plugins'))}`
      : `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}`;
  const file = join(cacheFolder('terraform'), `cli-${mirror === undefined ? 'registry' : 'mirror'}.tfrc`);
  const text = `disable_checkpoint = true\n${installation}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}

/** A folder that holds `registry.terraform.io/hashicorp/aws`, where such a mirror is on this machine. */
function providerMirror(): string | undefined {
  const holdsProvider = (folder: string) =>
    existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws'));
  const named = /-plugin-dir[= ]"?([^"\s]+)/.exec(process.env['TF_CLI_ARGS_init'] ?? '')?.[1];
  const usual = [
    named,
    process.env['TF_PLUGIN_CACHE_DIR'],
    join(homedir(), '.terraform.d', 'plugins'),
    join(homedir(), '.terraform.d', 'plugin-cache'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return (
    usual.filter((folder) => folder !== undefined).find(holdsProvider) ?? mirrorOnDisk().find(holdsProvider)
  );
}

function mirrorOnDisk(): readonly string[] {
  if (process.platform === 'win32') return [];
  // Below the temporary folder, `terraform providers lock` of another test keeps providers for a moment.
  const search = [
    '/',
    '-xdev',
    '-maxdepth',
    '4',
    '(',
    '-path',
    '/proc',
    '-o',
    '-path',
    tmpdir(),
    ')',
    '-prune',
    '-o',
    '-type',
    'd',
    '-name',
  ];
  try {
    const found = execFileSync('find', [...search, 'registry.terraform.io', '-print'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return found.split('\n').map((folder) => dirname(folder));
  } catch (error) {
    // find ends with 1 where it may not look; what it found is printed all the same.
    const { stdout } = error as { stdout?: string };
    return (stdout ?? '').split('\n').map((folder) => dirname(folder));
  }
}
