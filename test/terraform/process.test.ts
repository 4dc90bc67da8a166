import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { typescript } from '../support/node24.ts';

/** Runs a shell that signals this very process as soon as it starts, and prints what is said of its end. */
const script = `
import { runProcess } from '${new URL('../../src/terraform/process.ts', import.meta.url).href}';
const args = ['-c', 'trap "echo ended; exit 3" INT; kill -TERM $PPID; sleep 5 >/dev/null 2>&1 & wait'];
const { code, stdout, cancelledBy } = await runProcess({ binary: '/bin/sh', args, cwd: '.', env: process.env, onLine: () => {} });
console.log(JSON.stringify({ code, stdout, cancelledBy }));
`;

it('passes a signal on that comes while the process starts, and lives to tell of its end', () => {
  const [program, flag] = typescript();
  const { stdout, signal } = spawnSync(program, [flag, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(signal).toBeNull();
  expect(JSON.parse(stdout)).toEqual({ code: 3, stdout: 'ended', cancelledBy: 'SIGTERM' });
});
