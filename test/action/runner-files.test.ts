import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { githubRunner } from '../../src/action/runner.ts';
import { UserError } from '../../src/base/errors.ts';

let printed: string;
let folder: string;
beforeEach(() => {
  printed = '';
  folder = mkdtempSync(join(tmpdir(), 'runner-files-'));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

/** A runner whose file of that variable is a folder, which nobody can write to, root included. */
function runnerWithout(...names: readonly string[]) {
  for (const name of ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']) {
    const file = names.includes(name) ? folder : join(folder, name);
    if (!names.includes(name)) writeFileSync(file, '');
    vi.stubEnv(name, file);
  }
  return githubRunner(process.env);
}

const errors = () => printed.split('\n').filter((line) => line.startsWith('::error'));

test('outputs and summary that cannot be written end in one error, after all else is done', () => {
  const runner = runnerWithout('GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY');
  runner.output({ verified: true, 'role-name': 'KolenaS3ReadAccess' });
  runner.summary('# Done');
  expect(errors()).toEqual([]);
  runner.finish();
  expect(errors()).toEqual([expect.stringMatching(/GITHUB_OUTPUT.*EISDIR.*GITHUB_STEP_SUMMARY.*Next step/)]);
  expect(process.exitCode).toBe(1);
});

test('a run that fails for itself has its own error alone, and a warning', () => {
  const runner = runnerWithout('GITHUB_OUTPUT');
  runner.fail(new UserError({ reason: 'plan-failed', message: 'It broke.', remedy: 'Mend it.' }));
  runner.finish();
  expect(errors()).toEqual([expect.stringContaining('It broke.')]);
  expect(printed).toMatch(/^::warning::.*GITHUB_OUTPUT/m);
});

test('files that can be written leave nothing to say', () => {
  const runner = runnerWithout();
  runner.output({ verified: true });
  runner.summary('# Done');
  runner.finish();
  expect(printed).toBe('');
  expect(readFileSync(join(folder, 'GITHUB_OUTPUT'), 'utf8')).toContain('true');
});

test.runIf(process.platform === 'linux')('a full disk costs outputs and summary, and nothing else', () => {
  vi.stubEnv('GITHUB_OUTPUT', '/dev/full');
  vi.stubEnv('GITHUB_STEP_SUMMARY', '/dev/full');
  const runner = githubRunner(process.env);
  runner.output({ verified: true });
  runner.summary('# Done');
  runner.finish();
  expect(errors()).toEqual([expect.stringMatching(/GITHUB_OUTPUT.*ENOSPC.*GITHUB_STEP_SUMMARY.*make room/)]);
});
