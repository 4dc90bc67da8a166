/** `npm run verify`: proves the access that `kolena-s3.yml` describes, after a local deploy; changes nothing for good. */
import '../src/require-node.ts';
import { asUserError } from '../src/action/failure.ts';
import { terminalRunner } from '../src/local/terminal-runner.ts';
import { run } from '../src/action/run.ts';
import { wireEdges } from '../src/action/edges.ts';

// The config file is named as for `cdktf deploy`.
const config = process.env['KOLENA_S3_CONFIG'];
const inputs = { INPUT_COMMAND: 'verify', ...(config !== undefined && { INPUT_CONFIG: config }) };
// Whoever reads the terminal has the config file, external ID included; one that a variable brings stays hidden.
const isHidden = process.env['INPUT_KOLENA-EXTERNAL-ID'] !== undefined;
const masking = { 'INPUT_MASK-EXTERNAL-ID': String(isHidden) };
const runner = terminalRunner((text) => process.stdout.write(text));
try {
  await run(wireEdges({ ...masking, ...process.env, ...inputs }, runner));
} catch (error) {
  runner.fail(asUserError(error, 'verify'));
  process.exitCode = 1;
}
