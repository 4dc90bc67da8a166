import './require-node.ts';
import { trustEverywhere } from './aws/network/certificates.ts';
import { commonSpelling, proxyPasswords } from './aws/network/proxy.ts';
import { asUserError } from './action/failure.ts';
import { run } from './action/run.ts';
import { githubRunner } from './action/runner.ts';
import { wireEdges } from './action/edges.ts';
import { boundHeap } from './action/heap.ts';

boundHeap();
const runner = githubRunner(process.env);
try {
  for (const password of proxyPasswords(process.env)) runner.mask(password);
  Object.assign(process.env, commonSpelling(process.env));
  trustEverywhere(process.env);
  await run(wireEdges(process.env, runner));
} catch (error) {
  runner.fail(asUserError(error, 'plan'));
}
runner.finish();
// A request that was given up on may hold its socket, and with it the job, for minutes.
process.exit();
