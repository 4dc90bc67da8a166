/**
 * What the Action itself costs beside Terraform: 200 buckets in three regions, applied and verified against the local AWS.
 * Wall time while no Terraform command runs, the CPU time of our own process and of the local AWS, and the number of calls.
 */
import { readFileSync } from 'node:fs';
import { startScene } from '../test/support/scene.ts';
import { childrenOf } from './processes.ts';
import { timedTerraform } from './timed-terraform.ts';

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'];
const buckets = Array.from({ length: 200 }, (_, at) => ({
  name: `vision-dataset-${String(at).padStart(3, '0')}`,
  region: regions[at % regions.length] ?? 'us-east-1',
  objects: { 'images/0001.png': 'image' },
}));

const scene = await startScene();
try {
  for (let at = 0; at < buckets.length; at += 20)
    await Promise.all(buckets.slice(at, at + 20).map((bucket) => scene.world.createBucket(bucket)));
  const inputs = { buckets: buckets.map(({ name }) => name).join('\n') };
  for (const command of ['apply', 'plan', 'verify']) await measure(command, inputs);
} finally {
  await scene.stop();
}

async function measure(command: string, inputs: Record<string, string>): Promise<void> {
  const spans = timedTerraform(scene.terraform.binary);
  scene.world.gate.forget();
  const awsBefore = localAwsCpu();
  const { exitCode, milliseconds, log } = await scene.run(
    { ...inputs, command },
    { env: { PATH: spans.path, NODE_OPTIONS: `--require=${spans.cpuProbe}` } },
  );
  if (exitCode !== 0) throw new Error(log);
  const terraform = spans.read();
  const covered = terraform.reduce((sum, { from, to }) => sum + to - from, 0);
  const calls = scene.world.gate.calls.length;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  console.log(
    `| ${command} | ${seconds(milliseconds)} s | ${seconds(milliseconds - covered)} s | ${seconds(spans.cpu())} s | ${seconds(localAwsCpu() - awsBefore)} s | ${terraform.map(({ command: name }) => name).join(', ')} | ${calls} |`,
  );
  const byAction = [...new Set(scene.world.gate.calls.map(({ action }) => action))].map(
    (action) => [action, scene.world.gate.calls.filter((call) => call.action === action)] as const,
  );
  console.error(byAction.map(([action, all]) => `${action} ${all.length}`).join(', '));
}

/** Milliseconds of CPU time so far of moto, below this process, and of the gate in front of it, which is this process. */
function localAwsCpu(): number {
  const { user, system } = process.cpuUsage();
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime and stime, in hundredths of a second.
  const ticks = descendantsOf(process.pid).map((pid) => {
    const [utime, stime] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13);
    return Number(utime) + Number(stime);
  });
  return (user + system) / 1000 + ticks.reduce((sum, one) => sum + one * 10, 0);
}

/** The processes that a process has started, and those that they have started. */
function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}
