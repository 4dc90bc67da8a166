import type { Log } from '../../src/base/log.ts';

/** A log that adds each line and each warning, in order, to `lines`, and groups nothing. */
export function logTo(lines: string[] = []): Log {
  const add = (line: string) => void lines.push(line);
  return { info: add, warning: add, group: (_, work) => work() };
}
