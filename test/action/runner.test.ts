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

test('problems of the config are annotations on its lines: the error on the first, warnings on the others', () => {
  const runner = githubRunner({ GITHUB_WORKSPACE: '/home/runner/work/app' });
  const file = '/home/runner/work/app/access/kolena-s3.yml';
  const places = Array.from({ length: 12 }, (_, at) => ({
    file,
    line: at + 2,
    problem: `buckets[${at}]: bad`,
  }));
  runner.fail(
    new UserError({ reason: 'invalid-input', message: 'Two problems.', remedy: 'Mend them.', places }),
  );
  process.exitCode = undefined;
  const lines = printed.split('\n').filter((line) => /^::(?:error|warning)/.test(line));
  expect(lines[0]).toBe('::error file=access/kolena-s3.yml,line=2::Two problems.%0ANext step: Mend them.');
  expect(lines[1]).toBe('::warning file=access/kolena-s3.yml,line=3::buckets[1]: bad');
  expect(lines).toHaveLength(10);
});

test('the log ends with the verdict, masked, also after the error', () => {
  const runner = githubRunner({});
  runner.hide({ externalIds: [], accountIds: ['111122223333'], otherAccountIds: true });
  runner.verdict('an early one');
  runner.verdict('The plan failed in 111122223333 · https://github.com/o/r/pull/7#issuecomment-1');
  runner.info('a later line');
  runner.fail(new UserError({ reason: 'plan-failed', message: 'It broke.', remedy: 'Mend it.' }));
  runner.finish();
  process.exitCode = undefined;
  const lines = printed.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^The plan failed in (?!111122223333).* · https:.*#issuecomment-1$/);
  expect(printed).not.toContain('an early one');
});
