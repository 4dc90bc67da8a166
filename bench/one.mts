// One plan with the real provider, with a CPU profile.
import { startScene } from '/tmp/wt/w18/test/support/scene.ts';
import { timedTerraform } from '/tmp/wt/w18/bench/timed-terraform.ts';
const scene = await startScene();
const { untouched } = scene.terraform;
const env = { TF_CLI_CONFIG_FILE: untouched['TF_CLI_CONFIG_FILE'] ?? '', CHECKPOINT_DISABLE: '1', GOGC: '' };
await scene.world.createBucket({ name: 'bench-1', region: 'us-east-1' });
for (let i = 0; i < 4; i++) {
  const timed = timedTerraform(scene.terraform.binary);
  const t = Date.now();
  const r = await scene.run({ buckets: 'bench-1', 'role-name': 'B' + i, 'policy-name': 'B' + i, verify: 'off', command: process.argv[2] ?? 'plan' }, { env: { ...env, PATH: timed.path, ...(i === 3 && { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/k/prof' }) } });
  const total = Date.now() - t;
  console.log(r.exitCode, total, timed.read().map((s) => `${s.command} ${s.from - t}-${s.to - t}`).join(', '));
  if (r.exitCode) console.log(r.log.slice(-2000));
}
await scene.stop();
