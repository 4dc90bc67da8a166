import { actionBundle } from './bundle.ts';
import { startMoto } from './moto.ts';
import { node24 } from './node24.ts';
import { localTerraform } from './terraform.ts';

/**
 * Before the first end-to-end test: all that they need is here or fetched, once. What cannot be had fails the whole
 * suite with the command that installs it; nothing is skipped.
 */
export default async function requireTools(): Promise<void> {
  const bundle = actionBundle();
  const node = node24();
  const { binary } = await localTerraform();
  const moto = await startMoto();
  await moto.stop();
  console.log(`End-to-end tests run ${bundle} on ${node} with ${binary} against moto.`);
}
