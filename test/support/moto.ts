import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from './cache-folder.ts';
import { findOnPath } from './find-on-path.ts';

const version = '5.2.1';

/** A running moto: the storage behind the gate. */
export interface Moto {
  /** As `http://127.0.0.1:5000`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts moto on a free port of 127.0.0.1. Its own IAM enforcement stays off: the gate decides in its stead, since moto
 * does not read external IDs, cross-account trust or `s3:prefix`.
 */
export async function startMoto(): Promise<Moto> {
  const server = spawn(motoServer(), ['-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, MOTO_DISABLE_GLOBAL_CORS: 'true', INITIAL_NO_AUTH_ACTION_COUNT: 'inf' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killAtExit = () => server.kill();
  process.once('exit', killAtExit);
  const url = await addressOf(server);
  await answers(`${url}/moto-api/data.json`);
  return {
    url,
    async stop() {
      process.off('exit', killAtExit);
      if (server.exitCode !== null) return;
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}

/** moto_server on PATH, else in a virtual environment of our own, made once. */
function motoServer(): string {
  const onPath = findOnPath('moto_server');
  if (onPath !== undefined) return onPath;
  const folder = cacheFolder(`moto-${version}`);
  const installed = join(folder, 'bin', 'moto_server');
  if (existsSync(installed)) return installed;
  console.log('  moto is not on PATH: pip installs it into a virtual environment of this repository, once.');
  try {
    const quietly = { stdio: 'pipe', encoding: 'utf8' } as const;
    execFileSync('python3', ['-m', 'venv', folder], quietly);
    const packages = ['install', '--quiet', `moto[server]==${version}`];
    execFileSync(join(folder, 'bin', 'pip'), packages, quietly);
  } catch (cause) {
    const message = `The local AWS needs moto, which is neither on PATH nor could be installed. Install Python 3.9 or later with its venv module (on Debian and Ubuntu: apt install python3-venv) and let it reach PyPI, or put moto_server on PATH: pipx install 'moto[server]==${version}'`;
    throw new Error(message, { cause });
  }
  return installed;
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      if (printed.length < 100_000) printed += chunk.toString();
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.on('error', reject);
    server.on('exit', (code) => {
      reject(new Error(`moto_server ended with ${code ?? 'a signal'}:\n${printed}`));
    });
  });
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`${url} did not answer within 20 s`);
    await sleep(50);
  }
}
