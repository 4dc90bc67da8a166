import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // More than the two cores of a small machine: end-to-end tests wait a lot.
    maxWorkers: 3,
    globalSetup: 'test/support/temporary-folder.ts',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        // Packages that are inlined name source maps that they do not ship.
        logLevel: 'error',
        test: {
          name: 'unit',
          // The files of a worker share what they import: a third of the CPU time less.
          isolate: false,
          // Property tests run long on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          setupFiles: 'test/support/property-cases.ts',
          // It imports JSON without an import attribute, which Node itself refuses.
          server: { deps: { inline: ['@actions/workflow-parser'] } },
        },
      },
      {
        test: {
          name: 'e2e',
          isolate: false,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/support/require-tools.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
