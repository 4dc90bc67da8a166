import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTerraform } from '../../src/terraform/terraform.ts';

/** Plans the config.json of a working directory with a provider started ahead: a process of its own, to be interrupted. */
const [, , binary = '', workDir = ''] = process.argv;
const terraform = openTerraform({
  binary,
  workDir,
  directory: workDir,
  warm: ['plan', 'apply'],
  env: process.env as Record<string, string>,
  keys: () => Promise.resolve({}),
  log: { info: console.log, warning: console.log, group: (_name, work) => work() },
  mask: (text) => text,
});
const json = readFileSync(join(workDir, 'config.json'), 'utf8');
await terraform.init(json);
await terraform.plan(json);
