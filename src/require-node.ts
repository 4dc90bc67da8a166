import { unsupportedNode } from './base/node-version.ts';

// Imported before anything else of a program: what follows may need more than an old Node has.
const problem = unsupportedNode(process.versions.node);
if (problem !== undefined) {
  // What `cdktf` runs shows its standard error alone.
  if (process.env['GITHUB_ACTIONS'] === 'true') console.log(`::error::${problem}`);
  else console.error(problem);
  process.exit(1);
}
