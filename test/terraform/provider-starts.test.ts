import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { installedProvider } from '../../src/terraform/provider-package.ts';
import { openTerraform, type Terraform, type TerraformProps } from '../../src/terraform/terraform.ts';
import { logTo } from '../support/log.ts';
import { typescript } from '../support/node24.ts';
import { recordingProvider, type RecordingProvider } from '../support/recording-provider.ts';
import { localTerraform, type LocalTerraform } from '../support/terraform.ts';

let local: LocalTerraform;
let provider: RecordingProvider;
let workDir: string;
let lines: string[];
let accessKeyId: string;
const timeout = { timeout: 30_000 };

beforeAll(async () => {
  local = await localTerraform();
}, 120_000);
beforeEach(() => {
  provider = recordingProvider(local);
  workDir = mkdtempSync(join(tmpdir(), 'warm-'));
  lines = [];
  accessKeyId = 'first';
});

/** A configuration for each region, which answers with its name and asks nobody. */
function regions(...names: readonly string[]): string {
  const keys = Object.keys(names);
  const isolated = {
    secret_key: 'mock',
    access_key: 'mock',
    skip_credentials_validation: true,
    skip_metadata_api_check: 'true',
    skip_requesting_account_id: true,
  };
  const aliases = names.map((region, at) => ({ region, ...isolated, ...(at > 0 && { alias: `a${at}` }) }));
  const data = keys.map((at) => [`r${at}`, at === '0' ? {} : { provider: `aws.a${at}` }] as const);
  return JSON.stringify({
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100.0' } } },
    provider: { aws: aliases },
    data: { aws_region: Object.fromEntries<object>(data) },
    output: Object.fromEntries(keys.map((at) => [`r${at}`, { value: `\${data.aws_region.r${at}.name}` }])),
  });
}

interface OpenProps {
  readonly binary?: string;
  readonly env?: Record<string, string>;
  readonly warm?: TerraformProps['warm'];
}

function open({ binary = local.binary, env = {}, warm = ['plan', 'apply'] }: OpenProps = {}): Terraform {
  return openTerraform({
    binary,
    workDir,
    directory: workDir,
    warm,
    env: { ...environment(), ...env },
    keys: () => Promise.resolve({ AWS_ACCESS_KEY_ID: accessKeyId }),
    log: logTo(lines),
    mask: (text) => text,
  });
}

function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: workDir, ...provider.env };
}

async function planned(json: string, terraform = open()) {
  await terraform.init(json);
  const { planJson } = await terraform.plan(json);
  const { outputs } = (planJson as { planned_values: { outputs: Record<string, { value: string }> } })
    .planned_values;
  return { terraform, regions: Object.values(outputs).map(({ value }) => value) };
}

const ahead = () => provider.starts().map(({ isAhead }) => isAhead);
const nothingRuns = () =>
  vi.waitFor(() => {
    expect(provider.running()).toEqual([]);
  }, 10_000);

/** A `terraform` in front of the real one, which does something before each plan. */
function before(script: string): string {
  const path = join(workDir, 'terraform');
  writeFileSync(path, `#!/bin/sh\nif [ "$2" = plan ]; then\n${script}\nfi\nexec '${local.binary}' "$@"\n`, {
    mode: 0o755,
  });
  return path;
}

describe('a provider that is started ahead', timeout, () => {
  it('serves plan and show, and another one the apply', async () => {
    const { terraform, regions: answered } = await planned(regions('eu-west-1'));
    expect(answered).toEqual(['eu-west-1']);
    await terraform.apply();
    expect(ahead()).toEqual([true, true]);
    expect(lines.join('\n')).not.toMatch(/by itself|unmanaged|attach/i);
    await nothingRuns();
  });

  it('answers each of three regions from a process of its own', async () => {
    const names = ['eu-west-1', 'us-east-1', 'ap-northeast-1'];
    const { regions: answered } = await planned(regions(...names), open({ warm: ['plan'] }));
    expect(answered).toEqual(names);
    expect(ahead()).toEqual([true, true, true]);
    expect(lines.join('\n')).not.toMatch(/by itself/);
    await nothingRuns();
  });

  it('serves no apply of two regions, each of which would be what the last one is', async () => {
    const { terraform } = await planned(regions('eu-west-1', 'us-east-1'));
    const before = ahead().length;
    await terraform.apply();
    expect(ahead().slice(before)).not.toContain(true);
    await nothingRuns();
  });

  it('tells plans of a state that holds resources of another stack all schemas', async () => {
    provider = recordingProvider({ ...local, env: local.untouched });
    const topic = { resource: { aws_sns_topic: { other: { name: 'other' } } } };
    const json = JSON.stringify({ ...(JSON.parse(regions('eu-west-1')) as object), ...topic });
    const { regions: answered } = await planned(json, open({ warm: ['plan'] }));
    expect(answered).toEqual(['eu-west-1']);
    expect(lines.join('\n')).toContain('once more with one that Terraform starts by itself');
    await nothingRuns();
  });

  it('is started anew when the credentials are others', async () => {
    const { terraform } = await planned(regions('eu-west-1'));
    accessKeyId = 'second';
    await terraform.apply();
    expect(provider.starts().map((start) => start.accessKeyId)).toEqual(['first', 'first', 'second']);
    expect(ahead()).toEqual([true, true, true]);
    await nothingRuns();
  });

  it('is gone when a plan fails', async () => {
    const terraform = open();
    await terraform.init(regions('eu-west-1'));
    await expect(terraform.plan(regions('eu-west-1').replace('.r0.', '.nothing.'))).rejects.toMatchObject({
      reason: 'plan-failed',
    });
    await nothingRuns();
  });

  it('is not started from a file that is not the one of the lock file', async () => {
    const json = regions('eu-west-1');
    await open({ warm: [] }).init(json);
    appendFileSync(provider.executable, '# changed\n');
    await expect(installedProvider(workDir, Promise.resolve())).rejects.toThrow(
      /^the checksum of .* is not in the lock file$/,
    );
  });

  it('that dies is replaced for a plan by one that Terraform starts', async () => {
    const binary = before(
      `[ -z "$TF_REATTACH_PROVIDERS" ] || kill -9 $(echo "$TF_REATTACH_PROVIDERS" | sed 's/.*"Pid":\\([0-9]*\\).*/\\1/')`,
    );
    const { regions: answered } = await planned(regions('eu-west-1'), open({ binary, warm: ['plan'] }));
    expect(answered).toEqual(['eu-west-1']);
    expect(lines).toContain('The AWS provider ended: once more with one that Terraform starts by itself.');
    await nothingRuns();
  });

  it('is not started where Terraform has to log it', async () => {
    await planned(regions('eu-west-1'), open({ env: { TF_LOG: 'error' } }));
    expect(ahead()).not.toContain(true);
    expect(lines.join('\n')).toContain(
      "TF_LOG is set, and the log of one that runs already is not Terraform's",
    );
  });

  /** A run in a process of its own, whose plan waits for two seconds. */
  async function startRun() {
    const held = join(workDir, 'held');
    const binary = before(`touch '${held}'; sleep 2`);
    writeFileSync(join(workDir, 'config.json'), regions('eu-west-1'));
    const script = fileURLToPath(new URL('interrupted-plan.ts', import.meta.url));
    const [program, ...args] = typescript();
    const run = spawn(program, [...args, script, binary, workDir], {
      env: environment(),
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => run.once('close', resolve));
    await vi.waitFor(() => {
      expect(existsSync(held)).toBe(true);
    }, 20_000);
    expect(provider.running()).toHaveLength(1);
    return { run, ended };
  }

  it('ends with a run that ends, and does not end the run', async () => {
    const { ended } = await startRun();
    expect(await ended).toBe(0);
    await nothingRuns();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is gone after the %s of a run', async (signal) => {
    const { run, ended } = await startRun();
    run.kill(signal);
    await ended;
    await nothingRuns();
  });
});
