import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SILENT } from '../../../src/terraform/warm-provider.ts';
import { endProvider, launchProvider, type LaunchedProvider } from './launch-provider.ts';
import { announcement, thinServer } from './thin-server.ts';

/** Providers that are lent to one run of the Action after the other. */
export interface ProviderPool {
  /** Path of the pipe that takes the folder of a request, a line each: see mirror.ts. */
  readonly requests: string;
  /** Ends all providers. */
  close(): Promise<void>;
}

interface Kept {
  /** What it was started with. */
  readonly key: string;
  readonly launched: Promise<LaunchedProvider>;
}

/** Each has 200 MiB. */
const MOST_IDLE = 6;
const STOP = '/tfplugin5.Provider/Stop';

/**
 * Opens a pool. Starting a provider takes most of the CPU time that a short run gives to it; one that nobody stopped and that
 * owes no answer serves the next run as a new one would, since each command configures it anew. Whoever asks by a request has
 * it for itself, until its process is gone.
 */
export function openProviderPool(): ProviderPool {
  const home = mkdtempSync(join(tmpdir(), 'pool-'));
  const requests = join(home, 'requests');
  execFileSync('mkfifo', [requests]);
  const idle: Kept[] = [];
  const all = new Set<Kept>();
  const end = async (kept: Kept) => {
    all.delete(kept);
    await kept.launched.then(endProvider, () => undefined);
  };
  const lend = (executable: string, env: NodeJS.ProcessEnv): Kept => {
    const key = keyOf(executable, env);
    const known = idle.findIndex((kept) => kept.key === key);
    if (known !== -1) return idle.splice(known, 1)[0] as Kept;
    const kept = {
      key,
      launched: launchProvider(executable, { ...env, ...SILENT, PLUGIN_UNIX_SOCKET_DIR: home }, 'ignore'),
    };
    all.add(kept);
    return kept;
  };
  const takeBack = async (kept: Kept, isGood: boolean) => {
    if (!isGood) return end(kept);
    idle.push(kept);
    if (idle.length > MOST_IDLE) await end(idle.shift() as Kept);
  };
  // Held open for writing, too: else it would end with the first request.
  const asked = openPipe(requests, constants.O_RDWR);
  createInterface({ input: asked }).on('line', (folder) => {
    try {
      serve(folder, { lend, takeBack });
    } catch {
      // Whoever asked is gone.
    }
  });
  return {
    requests,
    async close() {
      asked.destroy();
      await Promise.all([...all].map(end));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Answers one request, by a server of its own. */
function serve(
  folder: string,
  pool: {
    readonly lend: (executable: string, env: NodeJS.ProcessEnv) => Kept;
    readonly takeBack: (kept: Kept, isGood: boolean) => Promise<void>;
  },
): void {
  const [executable = '', schemaFile = '', pid = '', mode] = linesOf(join(folder, 'request'), '\n');
  const env = Object.fromEntries(
    linesOf(join(folder, 'env'), '\0').map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]),
  );
  const answer = openSync(join(folder, 'answer'), constants.O_WRONLY | constants.O_NONBLOCK);
  const life = openPipe(join(folder, 'life'), constants.O_RDONLY);
  const isAttached = mode === '-debug';
  const tell = (line: string) => {
    // By then the descriptor may be another file's.
    if (life.destroyed) return;
    try {
      writeSync(answer, `${line}\n`);
    } catch {
      // Whoever asked is gone, which `life` tells.
    }
  };
  let lent: Kept | undefined;
  let isStopped = false;
  let unanswered = 0;
  const server = thinServer({
    schemaFile,
    provider: async () => (await (lent ??= pool.lend(executable, env)).launched).session,
    onCall(path, stream) {
      isStopped ||= path === STOP;
      unanswered += 1;
      // The end of an answer, which a call that is broken off never has: what it does in AWS may go on.
      stream.once('wantTrailers', () => (unanswered -= 1));
    },
  });
  // The process ends by this, and its end ends everything.
  if (!isAttached) server.on('session', (session) => session.on('close', () => tell('')));
  const socket = join(folder, 'socket');
  server.on('error', () => undefined);
  server.listen(socket, () => tell(announcement({ socket, pid: Number(pid), isAttached })));
  life.once('close', () => {
    closeSync(answer);
    server.close();
    // With this certificates are read once for a process, and a second configuration fails.
    const isGood = !isStopped && unanswered === 0 && !env['AWS_CA_BUNDLE'];
    if (lent !== undefined) void pool.takeBack(lent, isGood);
    rmSync(folder, { recursive: true, force: true });
  });
  life.resume();
}

/** What a provider reads of its environment. */
const READ = /^(AWS_|TF_(AWS|APPEND)_|(HTTPS?|NO|ALL)_PROXY$|SSL_CERT_|GO[A-Z]*$|HOME$)/i;

function keyOf(executable: string, env: NodeJS.ProcessEnv): string {
  const read = Object.entries(env).filter(([name]) => READ.test(name));
  return JSON.stringify([executable, ...read.sort()]);
}

const linesOf = (file: string, end: string): readonly string[] =>
  readFileSync(file, 'utf8').split(end).slice(0, -1);

function openPipe(path: string, access: number): Socket {
  return new Socket({ fd: openSync(path, access | constants.O_NONBLOCK), readable: true, writable: false });
}
