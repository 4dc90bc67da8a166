import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.ts';
import { findOnPath } from './find-on-path.ts';

const version = '5.2.1';

const canCopy = process.platform !== 'win32';
let own: Promise<string> | undefined;

/** A running moto: the storage behind the gate. */
export interface Moto {
  /** As `http://127.0.0.1:5000`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts an empty moto on a free port of 127.0.0.1, which ends with this process at the latest. Its own IAM enforcement stays
 * off: the gate decides in its stead, since moto does not read external IDs, cross-account trust or `s3:prefix`.
 */
export async function startMoto(): Promise<Moto> {
  const port = process.env['KOLENA_MOTO'] ?? (await loadedMoto());
  const connection = connect(Number(port), '127.0.0.1');
  const [url] = (await once(connection, 'data')) as [Buffer];
  return {
    url: url.toString().trim(),
    async stop() {
      if (connection.closed) return;
      const closed = once(connection, 'close');
      connection.end();
      await closed;
    },
  };
}

/** Lets the processes that this one starts from now on copy the moto that is loaded here; where none can be copied, each loads its own. */
export async function shareMoto(): Promise<void> {
  if (canCopy) process.env['KOLENA_MOTO'] = await loadedMoto();
}

function loadedMoto(): Promise<string> {
  return canCopy ? (own ??= loadMoto()) : loadMoto();
}

/** Gives the port at which moto-copies.py listens. */
async function loadMoto(): Promise<string> {
  const script = fileURLToPath(new URL('moto-copies.py', import.meta.url));
  const loaded = spawn(pythonWithMoto(), [script], {
    env: { ...process.env, MOTO_DISABLE_GLOBAL_CORS: 'true', INITIAL_NO_AUTH_ACTION_COUNT: 'inf' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const printed: Buffer[] = [];
  loaded.stderr.on('data', (chunk: Buffer) => {
    if (printed.length < 100) printed.push(chunk);
  });
  const ended = once(loaded, 'exit').then(([code]) => {
    throw new Error(`moto ended with ${String(code ?? 'a signal')}:\n${Buffer.concat(printed).toString()}`);
  });
  const [port] = (await Promise.race([once(loaded.stdout, 'data'), ended])) as [Buffer];
  // It ends with this process, which does not wait for it.
  for (const part of [loaded, loaded.stdin, loaded.stdout, loaded.stderr] as { unref(): void }[])
    part.unref();
  return port.toString().trim();
}

/** A Python that has moto: the one beside moto_server or that on PATH, else one in a virtual environment of our own, made once. */
function pythonWithMoto(): string {
  const server = findOnPath('moto_server');
  const beside = server === undefined ? [] : [join(dirname(realpathSync(server)), 'python3')];
  const hasMoto = (python: string) => spawnSync(python, ['-c', 'import moto.server']).status === 0;
  return [...beside, 'python3', 'python'].find(hasMoto) ?? installMoto();
}

function installMoto(): string {
  const folder = cacheFolder(`moto-${version}`);
  const installed = join(folder, 'bin', 'python3');
  if (existsSync(join(folder, 'bin', 'moto_server'))) return installed;
  console.log('  moto is not here: pip installs it into a virtual environment of this repository, once.');
  try {
    const quietly = { stdio: 'pipe', encoding: 'utf8' } as const;
    execFileSync('python3', ['-m', 'venv', folder], quietly);
    const packages = ['install', '--quiet', `moto[server]==${version}`];
    execFileSync(join(folder, 'bin', 'pip'), packages, quietly);
  } catch (cause) {
    const message = `The local AWS needs moto, which is neither here nor could be installed. Install Python 3.9 or later with its venv module (on Debian and Ubuntu: apt install python3-venv) and let it reach PyPI, or put moto_server on PATH: pipx install 'moto[server]==${version}'`;
    throw new Error(message, { cause });
  }
  return installed;
}
