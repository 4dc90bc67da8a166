import type { TestProject } from 'vitest/node';
import { buildBundle } from './build-bundle.ts';
import { actionBundle } from './bundle.ts';
import { shareMoto, startMoto } from './moto.ts';
import { node24 } from './node24.ts';
import { localTerraform } from './terraform.ts';
import { openProviderPool } from './thin-provider/pool.ts';

/**
 * Before the first end-to-end test: all that they need is here, built or fetched, once. What cannot be had fails the whole
 * suite with the command that installs it; nothing is skipped.
 */
export default async function requireTools(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['KOLENA_BUNDLE'] === undefined) {
    const build = () => {
      // Inherited by the processes that run the tests.
      process.env['KOLENA_BUNDLE'] = buildBundle();
    };
    build();
    project.onTestsRerun(build);
  }
  const node = node24();
  const { binary } = await localTerraform();
  await shareMoto();
  await (await startMoto()).stop();
  const providers = openProviderPool();
  process.env['KOLENA_TEST_PROVIDERS'] ??= providers.requests;
  console.log(`End-to-end tests run ${actionBundle()} on ${node} with ${binary} against moto.`);
  return () => providers.close();
}
