/** What loading the bundle costs on Node 24, beside a bare `node`: medians in milliseconds, taken in turns. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { actionBundle } from '../test/support/bundle.ts';
import { node24 } from '../test/support/node24.ts';
import { medianOf } from './table.ts';

const bundle = actionBundle();
const node = node24();
const runs = 15;
// An input that is refused ends the run before anything but the inputs is looked at.
const env = { PATH: process.env['PATH'] ?? '', INPUT_COMMAND: 'none' };

function milliseconds(...args: string[]): number {
  const started = performance.now();
  spawnSync(node, args, { env, stdio: 'ignore' });
  return performance.now() - started;
}

const times = Array.from({ length: runs + 1 }, () => ({
  bare: milliseconds('-e', '0'),
  bundle: milliseconds(bundle),
})).slice(1);
const [bare, loaded] = [medianOf(times.map((time) => time.bare)), medianOf(times.map((time) => time.bundle))];
const folder = bundle.replace(/[^/]*$/, '');
const bytes = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => statSync(folder + name).size);
const mib = (size: number) => (size / 2 ** 20).toFixed(2);
console.log(`| bare node | ${bare.toFixed(0)} ms | |`);
console.log(
  `| bundle, up to its first decision | ${loaded.toFixed(0)} ms | ${(loaded - bare).toFixed(0)} ms more |`,
);
console.log(
  `| bundle size | ${mib(bytes.reduce((sum, size) => sum + size, 0))} MiB in ${bytes.length} files | entry ${mib(statSync(bundle).size)} MiB |`,
);
