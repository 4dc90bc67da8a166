import { localBootstrap } from './src/bootstrap/bootstrap.ts';
import { consoleLog } from './src/local/console-log.ts';
import { AWS_PROVIDER_VERSION } from './src/stack/aws-stack.ts';
import { BOOTSTRAP_STACK_ID, BootstrapStack } from './src/bootstrap/bootstrap-stack.ts';
import { localBackend, runApp, stateFileOf } from './src/stack/local-app.ts';

await runApp(async (app) => {
  const stateFile = stateFileOf(BOOTSTRAP_STACK_ID);
  const bootstrap = await localBootstrap({ env: process.env, directory: '.', stateFile, log: consoleLog });
  const settings = {
    awsProviderVersion: AWS_PROVIDER_VERSION,
    backend: localBackend(app, BOOTSTRAP_STACK_ID),
  };
  new BootstrapStack(app, BOOTSTRAP_STACK_ID, { bootstrap, settings });
});
