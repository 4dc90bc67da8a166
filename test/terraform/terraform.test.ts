import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../../src/base/defined.ts';
import type { Log } from '../../src/base/log.ts';
import { openTerraform } from '../../src/terraform/terraform.ts';
import type { Terraform } from '../../src/terraform/terraform.ts';
import { recordTerraform, terraformBinary } from '../support/terraform.ts';
import { typescript } from '../support/node24.ts';
import { logTo } from '../support/log.ts';

/** Configurations of Terraform's built-in resource: they need no provider and no cloud. */
const data = (input: unknown, more: object = {}) =>
  JSON.stringify({ resource: { terraform_data: { kolena: { input, ...more } } } }, null, 2);

interface Opened {
  readonly terraform: Terraform;
  readonly lines: string[];
  readonly groups: string[];
}

let binary: string;
let workDir: string;
const timeout = { timeout: 60_000 };

beforeAll(async () => {
  binary = await terraformBinary();
}, 120_000);
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'terraform-test-'));
});
afterEach(() => {
  rmSync(workDir, { recursive: true, force: true });
});

interface OpenProps {
  readonly binary?: string;
  readonly env?: Record<string, string>;
  readonly pluginLock?: string;
  readonly lockTimeout?: string;
  readonly directory?: string;
}

function open(props: OpenProps = {}): Opened {
  const lines: string[] = [];
  const groups: string[] = [];
  const log: Log = {
    ...logTo(lines),
    group: (name, work) => {
      groups.push(name);
      return work();
    },
  };
  const env = { PATH: process.env['PATH'] ?? '', HOME: workDir, CHECKPOINT_DISABLE: '1', ...props.env };
  const terraform = openTerraform({
    binary: props.binary ?? binary,
    workDir,
    directory: props.directory ?? workDir,
    env,
    keys: () => Promise.resolve({}),
    ...defined({ pluginLock: props.pluginLock, lockTimeout: props.lockTimeout }),
    log,
    mask: (text) => text.replaceAll('hush-hush', '***'),
  });
  return { terraform, lines, groups };
}

async function planned(json: string): Promise<Opened> {
  const opened = open();
  await opened.terraform.init(json);
  await opened.terraform.plan(json);
  return opened;
}

describe('openTerraform', timeout, () => {
  it('has begun init when it gives its promise', timeout, async () => {
    const { terraform, groups } = open();
    const running = terraform.init('{}');
    expect(groups).toEqual(['terraform init']);
    await running;
  });

  it('plans and applies with init, plan, show and apply, and no other command', async () => {
    const recorded = recordTerraform(binary);
    const { terraform } = open({ binary: 'terraform', env: { PATH: recorded.path } });
    await terraform.init('{}');
    const plan = await terraform.plan(data('a'));
    expect(plan.changes.map(({ action }) => action)).toEqual(['create']);
    await terraform.apply();
    expect(recorded.commands().map(([command]) => command)).toEqual(['init', 'plan', 'show', 'apply']);
    for (const command of recorded.commands()) expect(command).toContain('-no-color');
    expect((await terraform.plan(data('a'))).changes.map(({ action }) => action)).toEqual(['no-op']);
    expect((await terraform.plan(data('b'))).changes.map(({ action }) => action)).toEqual(['update']);
  });

  it("gives Terraform's own diff and nothing around it", async () => {
    const { terraform } = await planned(data('a'));
    const { diff } = await terraform.plan(data('a'));
    expect(diff).toMatch(
      /^Terraform will perform the following actions:\n\n {2}# terraform_data\.kolena will be created\n/,
    );
    expect(diff).toMatch(/\nPlan: 1 to add, 0 to change, 0 to destroy\.$/);
    await terraform.apply();
    expect((await terraform.plan(data('a'))).diff).toMatch(/^No changes\. Your infrastructure matches/);
  });

  it('keeps the files that can hold secrets from others', async () => {
    const { terraform } = open();
    await terraform.init(data('a'));
    const plan = await terraform.plan(data('a'));
    for (const path of [plan.planJsonPath, plan.terraformJsonPath])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(plan.planJsonPath, 'utf8'))).toEqual(plan.planJson);
    expect(readFileSync(plan.terraformJsonPath, 'utf8')).toBe(data('a'));
  });

  it('shows the output in a group for each command, masked, the JSON of the plan left out', async () => {
    const { terraform, lines, groups } = open();
    await terraform.init(data('hush-hush'));
    await terraform.plan(data('hush-hush'));
    expect(groups).toEqual(['terraform init', 'terraform plan']);
    expect(lines).toContain('      + input  = "***"');
    expect(lines.join('\n')).not.toMatch(/hush-hush|"format_version"/);
  });

  it('brings objects into the state without asking', async () => {
    const { terraform } = open();
    await terraform.init('{}');
    await terraform.adopt(data('a'));
    expect((await terraform.plan('{}')).changes).toMatchObject([
      { address: 'terraform_data.kolena', action: 'delete' },
    ]);
  });

  it("fails with Terraform's own errors, unwrapped, without generated source lines or secrets", async () => {
    const { terraform } = open();
    await terraform.init('{}');
    const failure: unknown = await terraform
      .plan(data('${nosuch.thing}hush-hush'))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'UserError',
      reason: 'plan-failed',
      message:
        'terraform plan failed (exit code 1). Error: Reference to undeclared resource\n' +
        'A managed resource "nosuch" "thing" has not been declared in the root module.',
    });
    const { cause } = failure as { cause: Error };
    expect(cause.message).toMatch(/cdk\.tf\.json line \d+/);
    expect(cause.message).not.toContain('hush-hush');
  });

  it('names the resource whose change failed', async () => {
    const broken = { provisioner: [{ 'local-exec': { command: 'echo no; exit 3' } }] };
    const { terraform } = await planned(data('a', broken));
    await expect(terraform.apply()).rejects.toMatchObject({
      reason: 'apply-failed',
      message: expect.stringMatching(
        /^terraform apply failed \(exit code 1\)\. Error: local-exec provisioner error \(terraform_data\.kolena\)\n.*exit status 3/s,
      ) as string,
    });
  });

  it('refuses a plan that the state has left behind', async () => {
    const { terraform } = await planned(data('a'));
    await terraform.apply();
    await expect(terraform.apply()).rejects.toMatchObject({
      reason: 'plan-changed',
      message: expect.stringContaining('Saved plan is stale') as string,
    });
  });

  it('says who holds the state lock, and how to release it', async () => {
    const hold = {
      provisioner: [{ 'local-exec': { command: `touch held; while [ ! -e done ]; do sleep 0.02; done` } }],
    };
    const { terraform } = await planned(data('a', hold));
    const holder = terraform.apply();
    while (!existsSync(join(workDir, 'held'))) await new Promise((resolve) => setTimeout(resolve, 20));
    const locked = {
      reason: 'state-locked',
      message: expect.stringMatching(
        /could not lock the state\. It is held by \S+@\S+ since \d{4}-.+ for OperationTypeApply \(lock [0-9a-f-]{36} on terraform\.tfstate\)/,
      ) as string,
      remedy: expect.stringMatching(/terraform force-unlock [0-9a-f-]{36}/) as string,
    };
    await expect(open().terraform.plan(data('b'))).rejects.toMatchObject(locked);
    await expect(open().terraform.apply()).rejects.toMatchObject(locked);
    await expect(open({ lockTimeout: '1s' }).terraform.plan(data('b'))).rejects.toMatchObject({
      ...locked,
      message: expect.stringContaining(
        'could not lock the state, and waited 1s for it. It is held by',
      ) as string,
    });
    const waiting = open({ lockTimeout: '1m' });
    const waited = waiting.terraform.plan(data('b'));
    while (!waiting.lines.some((line) => line.includes('Waiting up to 1m')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(join(workDir, 'done'), '');
    await holder;
    expect((await waited).changes.map(({ action }) => action)).toEqual(['update']);
    expect(waiting.lines.join('\n')).toMatch(/It is held by \S+@\S+ since .* Waiting up to 1m for it\./);
  });

  it("runs the version that a version manager's shim finds for the working directory", async () => {
    const project = join(workDir, 'project', 'access');
    mkdirSync(project, { recursive: true });
    writeFileSync(join(workDir, 'project', '.tool-versions'), 'terraform 1.11.4\n');
    const shim = join(workDir, 'shim');
    const lookUpwards =
      'folder=$PWD; until [ -e "$folder/.tool-versions" ]; do [ -n "$folder" ] || { echo "No version is set for command terraform" >&2; exit 126; }; folder=${folder%/*}; done';
    writeFileSync(shim, `#!/bin/sh\n${lookUpwards}\nexec ${binary} "$@"\n`, { mode: 0o755 });
    const { terraform } = open({ binary: shim, directory: project });
    await terraform.init('{}');
    expect((await terraform.plan(data('a'))).changes).toHaveLength(1);
    await expect(open({ binary: shim, directory: tmpdir() }).terraform.init('{}')).rejects.toMatchObject({
      reason: 'terraform-missing',
      message: expect.stringContaining('No version is set for command terraform') as string,
      remedy: expect.stringContaining('.tool-versions') as string,
    });
  });

  it('lets an interrupted Terraform end by itself, so that its lock is released', async () => {
    const hold = { provisioner: [{ 'local-exec': { command: 'touch held; sleep 60' } }] };
    await planned(data('a', hold));
    const script = fileURLToPath(new URL('interrupted-apply.ts', import.meta.url));
    const [program, ...args] = typescript();
    const run = spawn(program, [...args, script, binary, workDir], { detached: true });
    let printed = '';
    run.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = new Promise((resolve) => run.once('close', resolve));
    while (!existsSync(join(workDir, 'held'))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(existsSync(join(workDir, '.terraform.tfstate.lock.info'))).toBe(true);
    // A terminal signals the whole process group; a runner sends SIGINT, and SIGTERM after it.
    process.kill(-(run.pid ?? NaN), 'SIGINT');
    process.kill(-(run.pid ?? NaN), 'SIGTERM');
    await ended;
    expect(printed).toContain('Interrupt received.');
    expect(printed).not.toContain('Two interrupts received');
    expect(printed).toMatch(/apply-failed terraform apply was interrupted by SIG(INT|TERM)/);
    expect(existsSync(join(workDir, '.terraform.tfstate.lock.info'))).toBe(false);
  });

  it('leaves no process behind when the run is killed outright', async () => {
    const hold = { provisioner: [{ 'local-exec': { command: 'echo $$ > held; exec sleep 61' } }] };
    await planned(data('a', hold));
    const script = fileURLToPath(new URL('interrupted-apply.ts', import.meta.url));
    const [program, ...args] = typescript();
    const run = spawn(program, [...args, script, binary, workDir], { stdio: 'ignore' });
    const held = join(workDir, 'held');
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    while (!existsSync(held) || readFileSync(held, 'utf8') === '') await pause();
    const child = Number(readFileSync(held, 'utf8'));
    run.kill('SIGKILL');
    const isAlive = () => {
      try {
        return process.kill(child, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    await expect.poll(isAlive, { timeout: 15_000, interval: 100 }).toBe(false);
  });

  it('says so when the binary is not there', async () => {
    await expect(open({ binary: '/nowhere/terraform' }).terraform.init('{}')).rejects.toMatchObject({
      reason: 'terraform-missing',
      message: expect.stringContaining('/nowhere/terraform could not be started') as string,
      remedy: expect.stringContaining('`terraform-path`') as string,
    });
  });

  it('says so when the binary is too old for the configuration', async () => {
    await expect(
      open().terraform.init('{"terraform":{"required_version":">= 99.0.0"}}'),
    ).rejects.toMatchObject({
      reason: 'terraform-missing',
      message: expect.stringMatching(/does not support Terraform version \d+\.\d+\.\d+/) as string,
      remedy: expect.stringMatching(/1\.5 or newer.*1\.7.*1\.10.*`terraform-version`/) as string,
    });
  });

  it('says so when a wrapper adds to the JSON of the plan', async () => {
    const wrapper = join(workDir, 'terraform');
    writeFileSync(wrapper, `#!/bin/sh\necho "our own terraform"\nexec ${binary} "$@"\n`, {
      mode: 0o755,
    });
    const { terraform } = open({ binary: wrapper });
    await terraform.init(data('v1'));
    await expect(terraform.plan(data('v1'))).rejects.toMatchObject({
      reason: 'terraform-missing',
      message: expect.stringContaining(
        'terraform show printed no JSON. It begins with: "our own terraform',
      ) as string,
      remedy: expect.stringContaining('`terraform-path`') as string,
    });
  });

  it('calls the binary behind a wrapper by its usual name', async () => {
    const behind = join(workDir, 'terraform-bin');
    symlinkSync(binary, behind);
    const { terraform, groups } = open({ binary: behind });
    await terraform.init(data('v1'));
    expect(groups).toEqual(['terraform init']);
  });

  it('points at the backend settings when the backend fails', async () => {
    const backend = JSON.stringify(
      { terraform: { backend: { s3: { bucket: 'state', wrong: 1 } } } },
      null,
      2,
    );
    await expect(open().terraform.init(backend)).rejects.toMatchObject({
      reason: 'plan-failed',
      message: expect.stringContaining('"wrong"') as string,
      remedy: expect.stringContaining('`backend-config`') as string,
    });
  });

  it('holds a lock file up read-only', async () => {
    const pluginLock = join(workDir, 'given.lock.hcl');
    const text = [
      'provider "registry.terraform.io/hashicorp/aws" {',
      '  version     = "5.0.0"',
      '  constraints = ">= 5.0.0"',
      '  hashes      = ["h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0="]',
      '}',
      '',
    ].join('\n');
    writeFileSync(pluginLock, text);
    const required_providers = { aws: { source: 'hashicorp/aws', version: '>= 5.100.0' } };
    await expect(
      open({ pluginLock }).terraform.init(JSON.stringify({ terraform: { required_providers } })),
    ).rejects.toMatchObject({
      reason: 'plan-failed',
      message: expect.stringContaining('locked provider registry.terraform.io/hashicorp/aws 5.0.0') as string,
      remedy: expect.stringContaining('.terraform.lock.hcl') as string,
    });
    expect(readFileSync(pluginLock, 'utf8')).toBe(text);
  });
});
