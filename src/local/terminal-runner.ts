import { maskOf, type Mask } from '../report/mask.ts';
import type { Runner } from '../action/runner.ts';
import type { Check } from '../verify/check.ts';
import type { CheckStatus } from '../verify/checks.ts';

const marks: Readonly<Record<CheckStatus, string>> = { pass: '✓', fail: '✗', warning: '!', unprovable: '?' };

/** A runner for people at a terminal: lines as they come, then one line per check with its evidence and remedy. */
export function terminalRunner(write: (text: string) => void): Runner {
  let mask: Mask = (text) => text;
  const line = (text: string): void => write(`${mask(text)}\n`);
  return {
    masked: (text) => mask(text),
    hide: (secrets) => {
      mask = maskOf(secrets);
    },
    mask: () => undefined,
    info: line,
    notice: line,
    warning: (message) => line(`! ${message}`),
    group: (name, work) => {
      line(name);
      return work();
    },
    fail: ({ message, remedy }) => line(`\n✗ ${message}\n\nNext step: ${remedy}`),
    output: ({ checks, verified }) => {
      for (const check of checks ?? []) line(spell(check));
      if (verified !== undefined) line(verified ? '\nVerified.' : '\nNot verified.');
    },
    summary: () => undefined,
    // The checks end with it already.
    verdict: () => undefined,
  };
}

function spell({ status, title, evidence, remedy }: Check): string {
  return [`${marks[status]} ${title}`, evidence, ...(remedy === undefined ? [] : [`→ ${remedy}`])]
    .filter((text) => text !== '')
    .join('\n    ');
}
