import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { node24 } from '../support/node24.ts';

/** Makes much garbage, of which the last part is always in use, and prints the most MiB that V8 took for new objects. */
const program = `
import { getHeapSpaceStatistics } from 'node:v8';
import { boundHeap } from '${new URL('../../src/action/heap.ts', import.meta.url).href}';
if (process.argv[1] === 'bounded') boundHeap();
const used = [];
let most = 0;
for (let round = 0; round < 40; round += 1) {
  for (let at = 0; at < 100_000; at += 1) used[at % 30_000] = { at, list: [at] };
  await new Promise(setImmediate);
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  most = Math.max(most, young.space_size / 2 ** 20);
}
console.log(most);
`;

const most = (how: string) =>
  Number(execFileSync(node24(), ['--no-warnings', '--input-type=module', '-e', program, how]));

test('new objects get 32 MiB, where V8 alone would take more', () => {
  // The space doubles as it grows, and V8 counts a page of it more now and then.
  expect(most('bounded')).toBeLessThan(48);
  expect(most('alone')).toBeGreaterThan(48);
});
