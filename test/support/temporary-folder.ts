import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Before the first test: one temporary folder for all that tests and the programs they start leave, gone after the last test. */
export default function temporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kolena-'));
  // Some tests run programs as another user.
  chmodSync(folder, 0o1777);
  // Inherited by the processes that run the tests.
  process.env['TMPDIR'] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
