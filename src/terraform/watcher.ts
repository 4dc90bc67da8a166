import { spawn } from 'node:child_process';

/** Reads the leader of a group, then a line, and all is over; or none, and the parent was killed: the group has ten seconds to release its lock. */
const script = `read -r leader || exit
read -r _ && exit
kill -INT "$leader" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "-$leader" 2>/dev/null || exit; sleep 1; done
kill -KILL "-$leader"`;

/** What ends a process group when this process is killed outright, as a runner may do on cancel. */
export interface Watcher {
  watch(leader: number | undefined): void;
  /** Calls it off. */
  end(): void;
}

/** Starts a watcher, ahead of the group: what is killed while both start leaves nothing behind. */
export function startWatcher(): Watcher {
  // Windows has no such groups: there the runner ends the whole tree.
  if (process.platform === 'win32') return { watch: () => undefined, end: () => undefined };
  const watcher = spawn('/bin/sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the reach of what ends this process and its group.
    detached: true,
    env: {},
  });
  // Without a shell, or when it is gone first, nothing is watched, and the run goes on.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return {
    watch(leader) {
      if (leader !== undefined) watcher.stdin.write(`${leader}\n`);
    },
    end: () => watcher.stdin.end('\n'),
  };
}
