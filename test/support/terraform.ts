import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { consoleLog } from '../../src/local/console-log.ts';
import { findTerraform } from '../../src/terraform/install.ts';
import { cacheFolder, repository } from './cache-folder.ts';
import { findOnPath } from './find-on-path.ts';
import { findProvider } from './provider-mirror.ts';
import { thinMirror } from './thin-provider/mirror.ts';

/** The Terraform of this machine, and what it needs to find the AWS provider. */
export interface LocalTerraform {
  readonly binary: string;
  /** For each command; the provider comes from a mirror on this machine, and answers with a thin schema. */
  readonly env: Readonly<Record<string, string>>;
  /** As `env`, with the provider as HashiCorp ships it: each command takes seconds of CPU time more. */
  readonly untouched: Readonly<Record<string, string>>;
}

/** Another Terraform or OpenTofu to try all tests with, by its name on PATH or its path. */
const chosen = process.env['KOLENA_TEST_TERRAFORM'];

/** The one that the variable KOLENA_TEST_TERRAFORM names, else Terraform on PATH, else fetched as the Action itself does. */
export async function terraformBinary(): Promise<string> {
  if (chosen !== undefined) return asTerraform(findOnPath(chosen) ?? resolve(repository, chosen));
  return findOnPath('terraform') ?? (await fetchTerraform());
}

/** A link to the binary by the name under which a run looks for it on PATH. */
function asTerraform(binary: string): string {
  accessSync(binary, constants.X_OK);
  if (/^terraform(?:\.exe)?$/.test(basename(binary))) return binary;
  const link = join(mkdtempSync(join(tmpdir(), 'chosen-terraform-')), 'terraform');
  symlinkSync(binary, link);
  return link;
}

let found: Promise<LocalTerraform> | undefined;

/** Finds Terraform on PATH and the provider on disk, or fetches them, once, into a cache of this repository. */
export function localTerraform(): Promise<LocalTerraform> {
  return (found ??= findLocalTerraform());
}

async function findLocalTerraform(): Promise<LocalTerraform> {
  const binary = await terraformBinary();
  const mirror = findProvider(binary);
  const path =
    chosen === undefined ? {} : { PATH: `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}` };
  return {
    binary,
    env: { ...path, ...environment(thinMirror(mirror), 'thin') },
    untouched: { ...path, ...environment(mirror, 'untouched') },
  };
}

function environment(mirror: string, name: string): Record<string, string> {
  return {
    TF_CLI_CONFIG_FILE: cliConfig(mirror, name),
    CHECKPOINT_DISABLE: '1',
    // What stands between Terraform and the provider knows no TLS.
    TF_DISABLE_PLUGIN_TLS: '1',
    // The provider is a big program that lives for seconds: collecting its garbage takes a quarter of its CPU time.
    GOGC: '400',
    // `cdktf deploy` runs this command, which asks the registry whatever the CLI configuration says.
    // Terraform reads it as a shell would: the path is quoted, since it may hold spaces.
    TF_CLI_ARGS_providers_lock: `-fs-mirror=${JSON.stringify(mirror)}`,
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

/** A CLI configuration of our own, so that a user's does not decide about a test. */
function cliConfig(mirror: string, name: string): string {
  const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}`;
  const file = join(cacheFolder('terraform'), `${name}.tfrc`);
  const text = `disable_checkpoint = true\n${installation}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}
