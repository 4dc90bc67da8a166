import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { printCommand, writeOutput } from '../../src/action/workflow-commands.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function printedBy(work: () => void): string {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  work();
  write.mockRestore();
  return printed;
}

const text = fc.stringMatching(/^[a-z%:, \r\n\u2028é]*$/);

test('a command is printed as @actions/core prints it', () => {
  fc.assert(
    fc.property(text, fc.stringMatching(/^[a-z%:, \n]+$/), fc.integer({ min: 1 }), (said, file, line) => {
      const pairs: [ours: () => void, theirs: () => void][] = [
        [
          () => {
            printCommand('error', said, { file, line });
          },
          () => {
            core.error(said, { file, startLine: line });
          },
        ],
        [
          () => {
            printCommand('warning', said);
          },
          () => {
            core.warning(said);
          },
        ],
        [
          () => {
            printCommand('notice', said);
          },
          () => {
            core.notice(said);
          },
        ],
        [
          () => {
            printCommand('group', said);
          },
          () => {
            core.startGroup(said);
          },
        ],
        [
          () => {
            printCommand('endgroup');
          },
          () => {
            core.endGroup();
          },
        ],
        [
          () => {
            printCommand('add-mask', said);
          },
          () => {
            core.setSecret(said);
          },
        ],
      ];
      for (const [ours, theirs] of pairs) expect(printedBy(ours)).toBe(printedBy(theirs));
    }),
  );
});

test('an output is written as @actions/core writes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  const writtenBy = (write: () => void) => {
    const file = join(folder, 'output');
    writeFileSync(file, '');
    vi.stubEnv('GITHUB_OUTPUT', file);
    write();
    return readFileSync(file, 'utf8').replaceAll(/ghadelimiter_[\da-f-]{36}/g, 'ghadelimiter');
  };
  fc.assert(
    fc.property(text, (value) => {
      expect(
        writtenBy(() => {
          writeOutput('checks', value);
        }),
      ).toBe(
        writtenBy(() => {
          core.setOutput('checks', value);
        }),
      );
    }),
  );
});

test.each([
  ['no file', ''],
  ['a file that is not there', '/nowhere/output'],
])('%s is met as @actions/core meets it', (_, file) => {
  vi.stubEnv('GITHUB_OUTPUT', file);
  const outcome = (write: () => void) => {
    try {
      return printedBy(write);
    } catch (error) {
      vi.restoreAllMocks();
      return String(error);
    }
  };
  expect(
    outcome(() => {
      writeOutput('verified', 'a%b');
    }),
  ).toBe(
    outcome(() => {
      core.setOutput('verified', 'a%b');
    }),
  );
});
