import type { Check } from '../verify/check.ts';
import type { CheckStatus } from '../verify/checks.ts';

/**
 * Bytes of an output. A later step takes it as a variable: all of Windows' variables together hold 32,767 characters, one of
 * Linux 131,072 bytes.
 * https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-setenvironmentvariablew
 */
const MOST_BYTES = 30_000;

const gravest: readonly CheckStatus[] = ['fail', 'unprovable', 'warning', 'pass'];

/** All checks where an output has room for them as JSON; else as many as fit, the gravest first. */
export function fitChecks(checks: readonly Check[]): readonly Check[] {
  if (bytesOf(checks) <= MOST_BYTES) return checks;
  let room = MOST_BYTES - '[]'.length;
  const sorted = [...checks].sort((a, b) => gravest.indexOf(a.status) - gravest.indexOf(b.status));
  return sorted.filter((check) => {
    room -= bytesOf(check) + ','.length;
    return room >= 0;
  });
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
