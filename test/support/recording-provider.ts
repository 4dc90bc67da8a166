import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platform, providerPath } from './provider-mirror.ts';
import type { LocalTerraform } from './terraform.ts';

/** How a provider was started. */
interface ProviderStart {
  readonly pid: number;
  /** Ahead of a command, to be attached to. */
  readonly isAhead: boolean;
  readonly accessKeyId: string;
}

/** The AWS provider, writing down how it is started. */
export interface RecordingProvider {
  /** Folder of the mirror. */
  readonly mirror: string;
  /** For Terraform. */
  readonly env: Readonly<Record<string, string>>;
  /** The file that `init` installs. */
  readonly executable: string;
  starts(): readonly ProviderStart[];
  /** Process IDs of those that still run. */
  running(): readonly number[];
}

/** A mirror of its own with the AWS provider, from which Terraform takes it. */
export function recordingProvider({ env }: LocalTerraform): RecordingProvider {
  const folder = mkdtempSync(join(tmpdir(), 'recording-provider-'));
  const notes = join(folder, 'starts');
  writeFileSync(notes, '');
  const { version, original } = providerOf(env['TF_CLI_CONFIG_FILE'] ?? '');
  const installed = join(folder, providerPath, version, platform);
  mkdirSync(installed, { recursive: true });
  const executable = join(installed, `terraform-provider-aws_v${version}`);
  writeFileSync(
    executable,
    `#!/bin/sh\necho "$$ \${1:-none} $AWS_ACCESS_KEY_ID" >>'${notes}'\nexec '${original}' "$@"\n`,
  );
  chmodSync(executable, 0o755);
  const cliConfig = join(folder, 'cli.tfrc');
  writeFileSync(
    cliConfig,
    `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}\n`,
  );
  const starts = () =>
    readFileSync(notes, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [pid, mode, accessKeyId = ''] = line.split(' ');
        return { pid: Number(pid), isAhead: mode === '-debug', accessKeyId };
      });
  return {
    mirror: folder,
    env: { ...env, TF_CLI_CONFIG_FILE: cliConfig },
    executable,
    starts,
    running: () => starts().flatMap(({ pid }) => (isRunning(pid) ? [pid] : [])),
  };
}

/** The provider of the mirror that a CLI configuration names. */
export function providerOf(cliConfig: string): { version: string; original: string } {
  const mirror = /path = "(.+)"/.exec(readFileSync(cliConfig, 'utf8'))?.[1] ?? '';
  const [version = ''] = readdirSync(join(mirror, providerPath));
  const folder = join(mirror, providerPath, version, platform);
  const name = readdirSync(folder).find((file) => file.startsWith('terraform-provider-aws_')) ?? '';
  return { version, original: join(folder, name) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
