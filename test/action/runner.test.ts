import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { githubRunner } from '../../src/action/runner.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What GitHub's runner takes for a command: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
const isCommand = (line: string) => {
  // What .NET's `Trim` takes off: https://learn.microsoft.com/dotnet/api/system.string.trim
  const trimmed = line.replace(/^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, '');
  return /^::.*::|##\[[^\]]*\]/.test(trimmed);
};

test.each([
  '::error::of a wrapper around Terraform',
  '   \t::stop-commands::token',
  '      + id = "##[add-mask]a"',
  'one line\n::warning::another',
  'one line\r::warning::another',
  'innocent\n\u0085::set-output name=verified::true',
  '\u0085\u00a0\u2003 ::error::x',
  'one\u0085::error::two',
  'one\u2028::error::two',
  '\ufeff::error::x',
  '##[##[group]',
])('%j in the log is shown and not obeyed', (line) => {
  githubRunner({}).info(line);
  expect(printed.split(/[\r\n]/).filter(isCommand)).toEqual([]);
  expect(printed.replaceAll('\u200B', '').trimEnd()).toBe(line);
});

test('what is no command is shown as it is', () => {
  const line = '  arn:aws:s3:::share-with-kolena [id=KolenaS3ReadAccess] ## 1';
  githubRunner({}).info(line);
  expect(printed).toBe(`${line}\n`);
});

test('the log ends with the verdict, masked, also after the error', () => {
  const runner = githubRunner({});
  runner.hide({ externalIds: [], accountIds: ['111122223333'], otherAccountIds: true });
  runner.verdict('an early one');
  runner.verdict('The plan failed in 111122223333 · https://github.com/o/r/pull/7#issuecomment-1');
  runner.info('a later line');
  runner.fail(new UserError({ reason: 'plan-failed', message: 'It broke.', remedy: 'Mend it.' }));
  runner.end();
  process.exitCode = undefined;
  const lines = printed.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^The plan failed in (?!111122223333).* · https:.*#issuecomment-1$/);
  expect(printed).not.toContain('an early one');
});
