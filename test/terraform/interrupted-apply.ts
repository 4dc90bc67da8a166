import { openTerraform } from '../../src/terraform/terraform.ts';

/** Applies the saved plan of a working directory and prints how that ended: a process of its own, to be interrupted. */
const [, , binary = '', workDir = ''] = process.argv;
const terraform = openTerraform({
  binary,
  workDir,
  directory: workDir,
  env: process.env as Record<string, string>,
  keys: () => Promise.resolve({}),
  log: { info: console.log, warning: console.log, group: (_name, work) => work() },
  mask: (text) => text,
});
try {
  await terraform.apply();
  console.log('applied');
} catch (error) {
  const { reason, message } = error as { reason: string; message: string };
  console.log(reason, message);
}
