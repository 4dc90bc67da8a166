/**
 * How long what others change in a bucket's CORS rules can be lost: from the last reading to the write, as they reach the
 * local AWS. In each apply half of the buckets have a rule of others, which goes through S3, and half have none, where
 * Terraform writes.
 */
import { foreignRules } from '../test/support/foreign-rules.ts';
import { startScene } from '../test/support/scene.ts';

const APPLIES = 5;
const scene = await startScene();
try {
  console.log('| buckets | who writes | shortest | median | longest |\n| --- | --- | --- | --- | --- |');
  for (const pairs of [1, 10]) {
    const windows = { S3: [] as number[], Terraform: [] as number[] };
    for (let run = 0; run < APPLIES; run += 1) {
      const found = await measure(Array.from({ length: pairs }, (_, at) => `${pairs}-${run}-${at}`));
      windows.S3.push(...found.S3);
      windows.Terraform.push(...found.Terraform);
    }
    for (const [writer, all] of Object.entries(windows)) {
      const sorted = all.toSorted((a, b) => a - b);
      const shown = [0, Math.floor(sorted.length / 2), sorted.length - 1].map(
        (at) => `${sorted[at] ?? ''} ms`,
      );
      console.log(`| ${pairs * 2} | ${writer} | ${shown.join(' | ')} |`);
    }
  }
} finally {
  await scene.stop();
}

/** Milliseconds for each bucket, from an apply to new ones. */
async function measure(names: readonly string[]): Promise<Record<'S3' | 'Terraform', number[]>> {
  const { world } = scene;
  const [standing, bare] = [names.map((name) => `standing-${name}`), names.map((name) => `bare-${name}`)];
  for (const name of standing) await world.createBucket({ name, corsRules: foreignRules });
  for (const name of bare) await world.createBucket({ name });
  world.gate.forget();
  const buckets = [...standing, ...bare].join('\n');
  const { exitCode, log } = await scene.run({ command: 'apply', verify: 'off', buckets });
  if (exitCode !== 0) throw new Error(log);
  return { S3: standing.map(windowOf), Terraform: bare.map(windowOf) };
}

function windowOf(bucket: string): number {
  const calls = scene.world.gate.calls.filter(({ resource }) => resource === `arn:aws:s3:::${bucket}`);
  const at = calls.findIndex(({ action }) => action === 's3:PutBucketCORS');
  const read = calls.slice(0, at).findLast(({ action }) => action === 's3:GetBucketCORS');
  const written = calls[at];
  if (read === undefined || written === undefined) throw new Error(`${bucket} was not read and written`);
  return written.time - read.time;
}
