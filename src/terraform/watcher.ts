import { spawn } from 'node:child_process';

/**
 * Reads from its parent. A line means that all is over; the end without one, that the parent was killed: then the process, which
 * leads a group, is asked to end, so that it releases its lock, and ten seconds later all of the group, providers included, is killed.
 */
const script = `read -r _ && exit
kill -INT "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "-$1" 2>/dev/null || exit; sleep 1; done
kill -KILL "-$1"`;

/**
 * Has a process group end when this process is killed outright, as a runner may do on cancel; gives what calls the watch off. The
 * watcher ends in either case. On Windows, which has no such groups, nothing is watched: there the runner ends the whole tree.
 */
export function endWithParent(leader: number | undefined): () => void {
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
