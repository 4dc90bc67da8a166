import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { defined } from '../base/defined.ts';
import { startWatcher } from './watcher.ts';
import type { ProcessResult } from '../problem/terraform-error.ts';

interface ProcessProps {
  readonly binary: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each line of stdout and stderr as it comes. */
  readonly onLine: (line: string) => void;
  /** A file descriptor that takes stdout instead. */
  readonly stdoutTo?: number;
  /** Held open by the process too, for as long as it lives. */
  readonly lifeline?: Writable;
}

/** Runs a process to its end; rejects only when it cannot be started, with Node's own error (`ENOENT`, `EACCES`). */
export async function runProcess(props: ProcessProps): Promise<ProcessResult> {
  let child: ChildProcess | undefined;
  let cancelledBy: NodeJS.Signals | undefined;
  const cancel = (signal: NodeJS.Signals) => {
    if (cancelledBy === undefined) child?.kill('SIGINT');
    cancelledBy ??= signal;
  };
  // Ahead of the start: a signal that nobody listens for would end this process and leave the other one running.
  process.on('SIGINT', cancel).on('SIGTERM', cancel);
  const watcher = startWatcher();
  try {
    const started = spawn(props.binary, props.args, {
      cwd: props.cwd,
      env: props.env,
      stdio: ['ignore', props.stdoutTo ?? 'pipe', 'pipe', props.lifeline ?? 'ignore'],
      // In a group of its own it gets Ctrl-C through us alone: a second one would end Terraform with the lock still held.
      detached: process.platform !== 'win32',
    });
    child = started;
    watcher.watch(started.pid);
    const [code, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => started.once('error', reject).once('close', resolve)),
      collectLines(started.stdout, props.onLine),
      collectLines(started.stderr, props.onLine),
    ]);
    return defined({ code, stdout, stderr, cancelledBy });
  } finally {
    watcher.end();
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
}

async function collectLines(stream: Readable | null, onLine: (line: string) => void): Promise<string> {
  if (stream === null) return '';
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    lines.push(line);
    onLine(line);
  }
  return lines.join('\n');
}
