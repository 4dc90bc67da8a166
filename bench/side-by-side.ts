/**
 * This Action beside the bare commands that it runs and beside a chain of other actions, in turns, with the provider as
 * HashiCorp ships it: medians, the ratio to bare with its lowest and highest pair, the most memory of all processes together,
 * and when which command ran.
 *
 *   npm run bench [pairs] [plan|apply ...]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../src/iam/policy-document.ts';
import { administrator } from '../test/support/world.ts';
import { startScene } from '../test/support/scene.ts';
import { startGitHub } from '../test/support/github-stand-in.ts';
import { planChain } from './chain.ts';
import { childrenOf, readOrNothing } from './processes.ts';
import { medianOf } from './table.ts';
import { timedTerraform } from './timed-terraform.ts';

interface Run {
  readonly milliseconds: number;
  /** Milliseconds of CPU time: on a busy machine it says more than the time that passed. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly timeline: string;
}

const [pairs = '9', ...given] = process.argv.slice(2);
const commands = given.length > 0 ? given : ['plan', 'apply'];
const chain = planChain();
const regionsOf = {
  'one region': ['us-east-1'],
  'three regions': ['us-east-1', 'eu-west-1', 'ap-northeast-1'],
};
const [scene, github] = await Promise.all([startScene(), startGitHub()]);
/** Lets every job of GitHub's in. */
const federated: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: {
        Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
      },
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    },
  ],
};
/** Children of this process that are the local AWS. */
const localAws = new Set(childrenOf(process.pid));
const { untouched } = scene.terraform;
// The provider as users have it, with Go's collector as they have it.
const terraformEnv = { TF_CLI_CONFIG_FILE: untouched['TF_CLI_CONFIG_FILE'] ?? '', CHECKPOINT_DISABLE: '1' };
let names = 0;
console.log(
  '| buckets | command | what | median | ratio to bare | ratio of CPU time | memory | timeline |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
);
if (chain === undefined) console.error('The chain is left out: its actions could not be cloned from GitHub.');
try {
  const arn = 'arn:aws:iam::111122223333:role/chain';
  await scene.world.iam(scene.world.customerRoot).send(
    new CreateOpenIDConnectProviderCommand({
      Url: scene.world.issuer.iss,
      ClientIDList: ['sts.amazonaws.com'],
    }),
  );
  await scene.world.createRole({ arn, trustPolicy: federated, policy: administrator });
  for (const [title, regions] of Object.entries(regionsOf)) {
    const buckets = regions.map((region) => ({ name: `bench-${regions.length}-${region}`, region }));
    await Promise.all(buckets.map((bucket) => scene.world.createBucket(bucket)));
    for (const command of commands)
      await compare(
        title,
        command,
        buckets.map(({ name }) => name),
      );
  }
} finally {
  await github.stop();
  await scene.stop();
}

async function compare(title: string, command: string, buckets: readonly string[]): Promise<void> {
  const kinds = {
    'bare commands': () => bare(command, inputsFor(buckets)),
    ...(chain !== undefined &&
      command === 'plan' && { 'chain of actions': () => chained(inputsFor(buckets)) }),
    'this Action': () => action(command, inputsFor(buckets)),
    'this Action, `KOLENA_WARM_PROVIDER: off`': () =>
      action(command, inputsFor(buckets), { KOLENA_WARM_PROVIDER: 'off' }),
  };
  const runs: Record<string, Run[]> = {};
  // The first turn warms up and is not counted.
  for (let turn = 0; turn <= Number(pairs); turn += 1)
    for (const [kind, run] of Object.entries(kinds)) {
      const result = await run();
      if (turn > 0) (runs[kind] ??= []).push(result);
    }
  const base = runs['bare commands'] ?? [];
  for (const [kind, all] of Object.entries(runs)) {
    const ratio = (of: 'milliseconds' | 'cpu') => {
      const ratios = all.map((run, at) => run[of] / (base[at]?.[of] ?? NaN));
      return `${medianOf(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
    };
    const seconds = medianOf(all.map(({ milliseconds }) => milliseconds)) / 1000;
    const memory = medianOf(all.map((run) => run.memory)) / 2 ** 20;
    console.log(
      `| ${title} | ${command} | ${kind} | ${seconds.toFixed(1)} s | ${ratio('milliseconds')} | ${ratio('cpu')} | ${memory.toFixed(0)} MiB | ${all[0]?.timeline ?? ''} |`,
    );
  }
}

/** Names of their own, so that each apply creates a role. */
function inputsFor(buckets: readonly string[]): Record<string, string> {
  names += 1;
  return {
    buckets: buckets.join('\n'),
    'role-name': `Bench${names}`,
    'policy-name': `Bench${names}`,
    verify: 'off',
  };
}

async function action(
  command: string,
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Run> {
  const timed = timedTerraform(scene.terraform.binary);
  return measured(timed, async () => {
    const more = { ...terraformEnv, GOGC: '', PATH: timed.path, ...env };
    const { exitCode, log } = await scene.run({ ...inputs, command }, { env: more });
    if (exitCode !== 0) throw new Error(log);
  });
}

/** The very configuration that the Action plans, in a folder of its own. */
async function planned(inputs: Record<string, string>): Promise<string> {
  const { outputs, log } = await scene.run({ ...inputs, command: 'synth' });
  const json = outputs['terraform-json-path'];
  if (json === undefined) throw new Error(log);
  const folder = mkdtempSync(join(tmpdir(), 'bare-'));
  copyFileSync(json, join(folder, 'cdk.tf.json'));
  return folder;
}

async function chained(inputs: Record<string, string>): Promise<Run> {
  const folder = await planned(inputs);
  const timed = timedTerraform(scene.terraform.binary);
  const binary = join(timed.folder, 'terraform');
  return measured(timed, () =>
    chain?.({ world: scene.world, github, binary, folder, env: { ...terraformEnv, PATH: timed.path } }),
  );
}

async function bare(command: string, inputs: Record<string, string>): Promise<Run> {
  const folder = await planned(inputs);
  const timed = timedTerraform(scene.terraform.binary);
  const env = { HOME: folder, ...scene.world.env(scene.world.deployer), ...terraformEnv, PATH: timed.path };
  const last = command === 'plan' ? ['show', '-json', 'tfplan'] : ['apply', '-input=false', 'tfplan'];
  return measured(timed, async () => {
    for (const args of [['init', '-input=false'], ['plan', '-input=false', '-out=tfplan'], last]) {
      const child = spawn('terraform', args, { cwd: folder, env, stdio: 'ignore' });
      const [code] = (await once(child, 'close')) as [number];
      if (code !== 0) throw new Error(`terraform ${args.join(' ')} in ${folder} ended with ${code}`);
    }
  });
}

async function measured(
  timed: Pick<ReturnType<typeof timedTerraform>, 'read'>,
  work: () => Promise<void> | undefined,
): Promise<Run> {
  let memory = 0;
  const sampling = setInterval(() => {
    memory = Math.max(memory, memoryOf(childrenOf(process.pid).filter((pid) => !localAws.has(pid))));
  }, 100);
  const [began, started, cpu] = [Date.now(), performance.now(), childrenCpu()];
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  const at = (time: number) => ((time - began) / 1000).toFixed(1);
  const timeline = timed.read().map(({ command, from, to }) => `${command} ${at(from)}–${at(to)}`);
  const milliseconds = performance.now() - started;
  return { milliseconds, cpu: childrenCpu() - cpu, memory, timeline: timeline.join(', ') };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? '0';
    return sum + Number(kib) * 1024 + memoryOf(childrenOf(pid));
  }, 0);
}

/** Milliseconds of CPU time of the children that have ended, and theirs: cutime and cstime, in hundredths of a second. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
