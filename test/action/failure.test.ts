import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asUserError } from '../../src/action/failure.ts';

/** The error that `work` throws. */
function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test.runIf(process.platform === 'linux')('a full disk is told as one, with the way out', () => {
  const error = asUserError(
    errorOf(() => {
      writeFileSync('/dev/full', 'x');
    }),
    'plan',
  );
  expect(error).toMatchObject({
    reason: 'plan-failed',
    message: expect.stringContaining("could not use the runner's disk: ENOSPC") as string,
    remedy: expect.stringContaining('Make room') as string,
  });
});

test.each(['EROFS', 'EACCES'])('%s names the folders that a run writes to', (code) => {
  const refusal = Object.assign(new Error(`${code}: not here, mkdir 'tools'`), { code });
  expect(asUserError(refusal, 'apply')).toMatchObject({
    reason: 'apply-failed',
    message: expect.stringContaining("mkdir 'tools'") as string,
    remedy: expect.stringContaining('RUNNER_TOOL_CACHE') as string,
  });
});

test('what is no refusal of the system stays unexpected', () => {
  const folder = mkdtempSync(join(tmpdir(), 'failure-'));
  const error = errorOf(() => {
    mkdirSync(folder);
  });
  for (const odd of [error, 'text', undefined, null])
    expect(asUserError(odd, 'plan').message).toContain('unexpected error');
});
