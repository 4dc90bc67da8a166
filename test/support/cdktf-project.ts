import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { cacheFolder, repository } from './cache-folder.ts';
import { packageFolder } from './package-folder.ts';

/** What one command of cdktf printed, on both streams, without colours. */
export interface CdktfResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A clone's view of this repository in a directory of its own, where `cdktf` leaves its files. */
export interface CdktfProject {
  readonly directory: string;
  /** Writes a file, such as kolena-s3.yml. */
  write(name: string, text: string): void;
  read(name: string): string;
  /** The Terraform JSON that the last synthesis left; absent when there is none. */
  terraformJson(stack?: string): string | undefined;
  /** Runs `cdktf`, or another program by its absolute path as first of `command`. */
  run(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    command?: readonly string[],
  ): Promise<CdktfResult>;
  /** Runs `cdktf` in a terminal's way: Ctrl-C, as soon as it prints what matches, reaches all that it has started. */
  interrupt(at: RegExp, args: readonly string[], env: Readonly<Record<string, string>>): Promise<CdktfResult>;
}

/** Makes the project; `links` are entries of the repository that are linked into it. */
export function cdktfProject(links: readonly string[] = ['main.ts', 'src', 'node_modules']): CdktfProject {
  const directory = mkdtempSync(join(tmpdir(), 'cdktf-'));
  for (const name of ['cdktf.json', 'package.json'])
    copyFileSync(join(repository, name), join(directory, name));
  for (const name of links) symlinkSync(join(repository, name), join(directory, name));
  return {
    directory,
    write: (name, text) => {
      writeFileSync(join(directory, name), text);
    },
    read: (name) => readFileSync(join(directory, name), 'utf8'),
    terraformJson: (stack = 'kolena-s3-access') => {
      const path = join(directory, 'cdktf.out/stacks', stack, 'cdk.tf.json');
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    },
    run: (args, env, [program = '', ...rest] = cdktf()) =>
      new Promise((resolve) => {
        const options = {
          cwd: directory,
          env: { ...cleanEnvironment(), ...env },
          maxBuffer: 64 * 1024 * 1024,
        };
        execFile(program, [...rest, ...args], options, (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ exitCode, output: stripVTControlCharacters(stdout + stderr) });
        });
      }),
    interrupt: (at, args, env) =>
      new Promise((resolve, reject) => {
        const [program = '', ...rest] = cdktf();
        const child = spawn(program, [...rest, ...args], {
          cwd: directory,
          env: { ...cleanEnvironment(), ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
          detached: true,
        });
        let printed = '';
        let isInterrupted = false;
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => {
            printed += stripVTControlCharacters(chunk.toString());
            if (isInterrupted || child.pid === undefined || !at.test(printed)) return;
            isInterrupted = true;
            process.kill(-child.pid, 'SIGINT');
          });
        child.on('error', reject);
        child.on('close', (code) => {
          resolve({ exitCode: code ?? -1, output: printed });
        });
      }),
  };
}

/** The CLI's own folder stands in for the one that `npx cdktf-cli` makes. */
function cdktf(): string[] {
  return [process.execPath, join(packageFolder('cdktf-cli'), 'node_modules/cdktf-cli/bundle/bin/cdktf')];
}

/** No metadata service is waited for, cdktf makes no plugin cache in the user's home, and from Node 22 on a file is compiled once. */
const quiet = {
  AWS_EC2_METADATA_DISABLED: 'true',
  CDKTF_DISABLE_PLUGIN_CACHE_ENV: '1',
  NODE_COMPILE_CACHE: cacheFolder('compiled'),
};

/** This process's environment without AWS's and Terraform's variables; CI keeps cdktf from asking and from drawing spinners. */
function cleanEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|TF|CDKTF|KOLENA)_/.test(name));
  const { KOLENA_TEST_PROVIDERS } = process.env;
  return { ...Object.fromEntries(kept), KOLENA_TEST_PROVIDERS, CI: 'true', FORCE_COLOR: '0', ...quiet };
}
