import { defineConfig } from 'vitest/config';

/** The tests of src/verify alone: what another folder's tests notice by chance is not held by them. */
export default defineConfig({
  test: {
    include: ['test/verify/**/*.test.ts'],
    setupFiles: 'test/support/property-cases.ts',
    testTimeout: 60_000,
  },
});
