import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseConstraint } from '../../src/config/version-constraint.ts';
import { AWS_PROVIDER_VERSION } from '../../src/stack/terraform-settings.ts';
import { cacheFolder } from './cache-folder.ts';

/** Which provider all tests are to be tried with, as a version constraint; it is fetched, whatever is on disk. */
const chosen = process.env['KOLENA_TEST_PROVIDER'];

/** What is fetched where no provider is on disk: the one that the tests were written with. */
const providerVersion = chosen ?? '5.100.0';

/** Where Terraform and OpenTofu take providers from, the same ones, and so the first folder of a mirror. */
export const registries = ['registry.terraform.io', 'registry.opentofu.org'] as const;

/** The AWS provider's folder below a mirror. */
export const providerPath = join(registries[0], 'hashicorp', 'aws');

/** This machine's platform, as Terraform names it. */
export const platform = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch.replace('x64', 'amd64')}`;

/** A mirror on disk with a version of the AWS provider that we take; fetched by `terraform` when there is none. Throws when it cannot be had. */
export function findProvider(terraform: string): string {
  return (chosen === undefined ? providerMirror() : undefined) ?? fetchProvider(terraform);
}

/**
 * The provider by one `terraform init`, which goes by this machine's own CLI configuration and proxy. Terraform lays its
 * plugin cache out as a mirror.
 */
function fetchProvider(binary: string): string {
  const kept = join(cacheFolder('plugins'), providerVersion.replaceAll(/[^\w.-]/g, '_'));
  if (existsSync(kept)) return kept;
  console.log(`  Terraform downloads the AWS provider ${providerVersion}, some 150 MB, once.`);
  const cache = mkdtempSync(`${kept}.new-`);
  const folder = mkdtempSync(join(tmpdir(), 'provider-'));
  const aws = { source: 'hashicorp/aws', version: providerVersion };
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: { aws } } }));
  try {
    const env = { ...process.env, TF_PLUGIN_CACHE_DIR: cache, CHECKPOINT_DISABLE: '1' };
    execFileSync(binary, ['init', '-input=false', '-no-color'], { cwd: folder, env, stdio: 'pipe' });
    // Whole or not at all.
    renameSync(cache, kept);
  } catch (cause) {
    // Another process was quicker.
    if (existsSync(kept)) return kept;
    const message = `The AWS provider is neither on this machine nor could it be fetched. Let Terraform reach registry.terraform.io (HTTPS_PROXY is honoured), or name a folder that holds registry.terraform.io/hashicorp/aws in TF_PLUGIN_CACHE_DIR.`;
    throw new Error(message, { cause });
  }
  return kept;
}

/** A folder that holds the provider for this machine in a version that we take, where there is such a mirror. */
function providerMirror(): string | undefined {
  const named = /-plugin-dir[= ]"?([^"\s]+)/.exec(process.env['TF_CLI_ARGS_init'] ?? '')?.[1];
  const usual = [
    named,
    process.env['TF_PLUGIN_CACHE_DIR'],
    join(homedir(), '.terraform.d', 'plugins'),
    join(homedir(), '.terraform.d', 'plugin-cache'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return (
    usual.filter((folder) => folder !== undefined).find(holdsProvider) ?? mirrorOnDisk().find(holdsProvider)
  );
}

/** In either layout of a mirror: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror */
function holdsProvider(folder: string): boolean {
  const aws = join(folder, providerPath);
  const allows = parseConstraint(AWS_PROVIDER_VERSION);
  return (existsSync(aws) ? readdirSync(aws) : []).some((name) => {
    const packed = name.replace('terraform-provider-aws_', '').replace(`_${platform}.zip`, '');
    return allows?.(packed) === true && (packed !== name || existsSync(join(aws, name, platform)));
  });
}

function mirrorOnDisk(): readonly string[] {
  if (process.platform === 'win32') return [];
  // Below a temporary folder, `terraform providers lock` of another test keeps providers for a moment.
  const search = [
    '/',
    '-xdev',
    '-maxdepth',
    '4',
    '(',
    '-path',
    '/proc',
    '-o',
    '-path',
    '/tmp',
    '-o',
    '-path',
    tmpdir(),
    ')',
    '-prune',
    '-o',
    '-type',
    'd',
    '-name',
  ];
  try {
    const found = execFileSync('find', [...search, 'registry.terraform.io', '-print'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return found.split('\n').map((folder) => dirname(folder));
  } catch (error) {
    // find ends with 1 where it may not look; what it found is printed all the same.
    const { stdout } = error as { stdout?: string };
    return (stdout ?? '').split('\n').map((folder) => dirname(folder));
  }
}
