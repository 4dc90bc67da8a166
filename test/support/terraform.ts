import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { consoleLog } from '../../src/local/console-log.ts';
import { AWS_PROVIDER_VERSION } from '../../src/stack/aws-stack.ts';
import { findTerraform } from '../../src/terraform/install.ts';
import { parseConstraint } from '../../src/config/version-constraint.ts';
import { cacheFolder, repository } from './cache-folder.ts';
import { findOnPath } from './find-on-path.ts';

/** What is fetched where no provider is on disk: the one that the tests were written with. */
const providerVersion = '5.100.0';

/** The Terraform of this machine, and what it needs to find the AWS provider. */
export interface LocalTerraform {
  readonly binary: string;
  /** For each command; the provider comes from a mirror on this machine, or from one that is made where there is none. */
  readonly env: Readonly<Record<string, string>>;
}

/** Terraform on PATH, else fetched as the Action itself does. */
export async function terraformBinary(): Promise<string> {
  return findOnPath('terraform') ?? (await fetchTerraform());
}

/** Finds Terraform on PATH and the provider on disk, or fetches them, once, into a cache of this repository. */
export async function localTerraform(): Promise<LocalTerraform> {
  const binary = await terraformBinary();
  const mirror = providerMirror() ?? fetchProvider(binary);
  return {
    binary,
    env: {
      TF_CLI_CONFIG_FILE: cliConfig(mirror),
      CHECKPOINT_DISABLE: '1',
      // The provider is a big program that lives for seconds: collecting its garbage takes a quarter of its CPU time.
      GOGC: '400',
      // `cdktf deploy` runs this command, which asks the registry whatever the CLI configuration says.
      TF_CLI_ARGS_providers_lock: `-fs-mirror=${mirror}`,
    },
  };
}

/** A Terraform in front of the real one that writes down each command. */
export interface RecordedTerraform {
  /** PATH on which `terraform` is the recording one. */
  readonly path: string;
  /** Arguments of each command so far, in order, without the directory that it is for. */
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
        .map((line) => (JSON.parse(line) as string[]).filter((arg) => !arg.startsWith('-chdir='))),
  };
}

async function fetchTerraform(): Promise<string> {
  try {
    const { binary } = await findTerraform({
      terraformVersion: '>= 1.10.0, < 2.0.0',
      workingDirectory: repository,
      env: { ...process.env, RUNNER_TOOL_CACHE: cacheFolder('tools'), RUNNER_TEMP: cacheFolder('temp') },
      log: consoleLog,
    });
    return binary;
  } catch (cause) {
    const message =
      'Terraform is neither on PATH nor could it be fetched. Install Terraform 1.10 or later: https://developer.hashicorp.com/terraform/install';
    throw new Error(message, { cause });
  }
}

/**
 * The provider by one `terraform init`, which goes by this machine's own CLI configuration and proxy. Terraform lays its
 * plugin cache out as a mirror.
 */
function fetchProvider(binary: string): string {
  const kept = join(cacheFolder('plugins'), providerVersion);
  if (existsSync(kept)) return kept;
  console.log(`  Terraform downloads the AWS provider ${providerVersion}, some 150 MB, once.`);
  const cache = mkdtempSync(`${kept}.new-`);
  const folder = mkdtempSync(join(tmpdir(), 'provider-'));
  const aws = { source: 'hashicorp/aws', version: providerVersion };
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: { aws } } }));
  try {
    const env = { ...process.env, TF_PLUGIN_CACHE_DIR: cache, CHECKPOINT_DISABLE: '1' };
    execFileSync(binary, ['init', '-input=false', '-no-color'], { cwd: folder, env, stdio: 'pipe' });
    // Whole or not at all.
    renameSync(cache, kept);
  } catch (cause) {
    // Another process was quicker.
    if (existsSync(kept)) return kept;
    const message = `The AWS provider is neither on this machine nor could it be fetched. Let Terraform reach registry.terraform.io (HTTPS_PROXY is honoured), or name a folder that holds registry.terraform.io/hashicorp/aws in TF_PLUGIN_CACHE_DIR.`;
    throw new Error(message, { cause });
  }
  return kept;
}

/** A CLI configuration of our own, so that a user's does not decide about a test. */
function cliConfig(mirror: string): string {
  const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}`;
  const file = join(cacheFolder('terraform'), 'cli.tfrc');
  const text = `disable_checkpoint = true\n${installation}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}

/** A folder that holds the provider for this machine in a version that we take, where there is such a mirror. */
function providerMirror(): string | undefined {
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

/** In either layout of a mirror: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror */
function holdsProvider(folder: string): boolean {
  const aws = join(folder, 'registry.terraform.io', 'hashicorp', 'aws');
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch.replace('x64', 'amd64')}`;
  const allows = parseConstraint(AWS_PROVIDER_VERSION);
  return (existsSync(aws) ? readdirSync(aws) : []).some((name) => {
    const packed = name.replace('terraform-provider-aws_', '').replace(`_${platform}.zip`, '');
    return allows?.(packed) === true && (packed !== name || existsSync(join(aws, name, platform)));
  });
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
