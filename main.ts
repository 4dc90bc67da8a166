import './src/require-node.ts';
import { localAccess } from './src/local/local-access.ts';
import { consoleLog } from './src/local/console-log.ts';
import { AccessStack } from './src/stack/access-stack.ts';
import { AWS_PROVIDER_VERSION } from './src/stack/terraform-settings.ts';
import { addOutputs, annotate, localBackend, runApp, stateFileOf } from './src/stack/local-app.ts';
import { STACK_ID } from './src/stack/synthesize.ts';

await runApp(async (app) => {
  const stateFile = stateFileOf(STACK_ID);
  const desired = await localAccess({ env: process.env, directory: '.', stateFile, log: consoleLog });
  const settings = { awsProviderVersion: AWS_PROVIDER_VERSION, backend: localBackend(app, STACK_ID) };
  const stack = new AccessStack(app, STACK_ID, { desired, settings });
  annotate(stack, desired.warnings);
  addOutputs(stack);
});
