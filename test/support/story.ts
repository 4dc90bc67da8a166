import { afterEach, beforeEach } from 'vitest';

/** For a file whose tests go on where the one before ended: after the first that fails, the others are skipped. */
export function stopAtFirstFailure(): void {
  let failed: string | undefined;
  beforeEach(({ skip }) => {
    if (failed !== undefined) skip(`the story ended at: ${failed}`);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed ??= task.name;
  });
}
