/**
 * Changes the code of `src/verify` in small ways, one at a time, and lists the changes that no test of `test/verify` notices:
 * `npm run mutants`, or `npm run mutants src/verify/judge-assume.ts` for a part. It takes about half an hour on two cores.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository } from '../test/support/cache-folder.ts';
import { packageFolder } from '../test/support/package-folder.ts';

const [, , ...files] = process.argv;
const modules = join(packageFolder('stryker'), 'node_modules', '@stryker-mutator');
const report = join(cacheFolder('mutants'), 'mutants.json');
const config = join(cacheFolder('mutants'), 'stryker.config.json');
writeFileSync(
  config,
  JSON.stringify({
    mutate: files.length > 0 ? files : ['src/verify/**/*.ts'],
    plugins: [join(modules, 'vitest-runner/dist/src/index.js')],
    testRunner: 'vitest',
    vitest: { configFile: join(repository, 'test/support/stryker/vitest.config.ts') },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // Below the cache, vitest would not find the tests.
    tempDirName: '.stryker',
    reporters: ['clear-text', 'json'],
    jsonReporter: { fileName: report },
  }),
);
const stryker = join(modules, 'core/bin/stryker.js');
const { status } = spawnSync(process.execPath, [stryker, 'run', config], {
  cwd: repository,
  stdio: 'inherit',
});
console.log(`All of it as JSON: ${report}`);
process.exitCode = status ?? 1;
