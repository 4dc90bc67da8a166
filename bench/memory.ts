/**
 * The most memory that the Action's own process takes at any time, beside Terraform's, and its CPU time: a plan, and an apply
 * with verification, of many buckets with the provider as HashiCorp ships it.
 *
 *   npx tsx bench/memory.ts [buckets ...]
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScene, type Scene } from '../test/support/scene.ts';

const given = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'memory-'));
const notes = join(folder, 'notes.json');
const probe = join(folder, 'probe.cjs');
writeFileSync(
  probe,
  `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  require('node:fs').writeFileSync(${JSON.stringify(notes)}, JSON.stringify({ maxRSS, cpu: userCPUTime + systemCPUTime }));
});`,
);

console.log('| buckets | command | in all | memory | CPU time |\n| --- | --- | --- | --- | --- |');
for (const size of given.length > 0 ? given : [250, 1000]) {
  const scene = await startScene();
  try {
    // Short, so that their policies fit into the ten that a role holds.
    const buckets = Array.from({ length: size }, (_, at) => `d${String(at).padStart(4, '0')}`);
    const objects = { '0001.png': 'image' };
    for (let at = 0; at < size; at += 50)
      await Promise.all(
        buckets.slice(at, at + 50).map((name) => scene.world.createBucket({ name, objects })),
      );
    for (const command of ['plan', 'apply']) await measure(scene, command, buckets);
  } finally {
    await scene.stop();
  }
}

async function measure(scene: Scene, command: string, buckets: readonly string[]): Promise<void> {
  const { TF_CLI_CONFIG_FILE = '' } = scene.terraform.untouched;
  const { exitCode, log, milliseconds } = await scene.run(
    { command, buckets: buckets.join('\n') },
    { env: { TF_CLI_CONFIG_FILE, GOGC: '', NODE_OPTIONS: `--require=${probe}` } },
  );
  if (exitCode !== 0) throw new Error(log);
  const { maxRSS, cpu } = JSON.parse(readFileSync(notes, 'utf8')) as { maxRSS: number; cpu: number };
  console.log(
    `| ${buckets.length} | ${command} | ${(milliseconds / 1000).toFixed(0)} s | ${(maxRSS / 1024).toFixed(0)} MiB | ${(cpu / 1e6).toFixed(1)} s |`,
  );
}
