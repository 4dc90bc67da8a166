import { spawn } from 'node:child_process';

/** Reads a line, and all is over; or none, and the parent was killed: its group has ten seconds to release its lock. */
const script = `read -r _ && exit
kill -INT "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "-$1" 2>/dev/null || exit; sleep 1; done
kill -KILL "-$1"`;

/** Ends a process group when this process is killed outright, as a runner may do on cancel. Gives what calls it off. */
export function endWithParent(leader: number | undefined): () => void {
  // Windows has no such groups: there the runner ends the whole tree.
  if (leader === undefined || process.platform === 'win32') return () => undefined;
  const watcher = spawn('/bin/sh', ['-c', script, 'watcher', String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the reach of what ends this process and its group.
    detached: true,
    env: {},
  });
  // Without a shell, or when it is gone first, nothing is watched, and the run goes on.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return () => watcher.stdin.end('\n');
}
