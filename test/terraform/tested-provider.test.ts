import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AWS_PROVIDER_VERSION, initJson } from '../../src/stack/terraform-settings.ts';
import { installedProvider } from '../../src/terraform/provider-package.ts';
import { openTerraform } from '../../src/terraform/terraform.ts';
import { takesTestedProvider, testedProvider } from '../../src/terraform/tested-provider.ts';
import { logTo } from '../support/log.ts';
import { findProvider, platform, providerPath } from '../support/provider-mirror.ts';
import { recordingProvider } from '../support/recording-provider.ts';
import { localTerraform, type LocalTerraform } from '../support/terraform.ts';

let local: LocalTerraform;
let home: string;
const timeout = { timeout: 60_000 };

beforeAll(async () => {
  local = await localTerraform();
}, 120_000);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'));
});

const json = (awsProviderVersion = AWS_PROVIDER_VERSION) => initJson({ awsProviderVersion });

describe('the tested provider', () => {
  it.each([
    ['the default constraint', AWS_PROVIDER_VERSION, true],
    ['its very version', '5.100.0', true],
    ['a newer major version', '~> 6.0', false],
    ['a prerelease', '>= 6.0.0-beta1', false],
  ])('is asked for where the config wants %s: $2', (_, version, taken) => {
    expect(takesTestedProvider({ json: json(version), env: { HOME: home } })).toBe(taken);
  });

  it.each(['TF_CLI_CONFIG_FILE', 'TERRAFORM_CONFIG', '~/.terraformrc'])(
    'is not asked for where %s says from where providers come',
    (name) => {
      const file = join(home, '.terraformrc');
      const env = { HOME: home, ...(name.startsWith('~') ? {} : { [name]: file, HOME: '/nowhere' }) };
      writeFileSync(file, 'plugin_cache_dir = "/cache"\n');
      expect(takesTestedProvider({ json: json(), env })).toBe(true);
      writeFileSync(file, 'provider_installation {\n  direct {}\n}\n');
      expect(takesTestedProvider({ json: json(), env })).toBe(false);
    },
  );
});

/** `init` in a home whose plugin folder Terraform takes for a mirror; the lock file that it left, and the log. */
async function initialized(mirror: string) {
  mkdirSync(join(home, '.terraform.d'));
  symlinkSync(mirror, join(home, '.terraform.d', 'plugins'));
  const [workDir, lines] = [join(home, 'work'), [] as string[]];
  const terraform = openTerraform({
    binary: local.binary,
    workDir,
    directory: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, CHECKPOINT_DISABLE: '1' },
    keys: () => Promise.reject(new Error('init without a backend waits for no keys')),
    log: logTo(lines),
    mask: (text) => text,
  });
  await terraform.init(json());
  return {
    workDir,
    lines: lines.join('\n'),
    lock: readFileSync(join(workDir, '.terraform.lock.hcl'), 'utf8'),
  };
}

const endless = new Promise(() => undefined);
const soon = () => new Promise((resolve) => setTimeout(resolve, 500, 'nothing yet'));

describe.skipIf(process.env['KOLENA_TEST_TERRAFORM'] ?? process.env['KOLENA_TEST_PROVIDER'])(
  'init without a lock file beside the config',
  timeout,
  () => {
    it('is held to the checksums of the tested provider, which is started before init has ended', async ({
      skip,
    }) => {
      const mirror = findProvider(local.binary);
      skip(!existsSync(join(mirror, providerPath, testedProvider.version)), 'another version is on disk');
      skip(!['linux_amd64', 'darwin_arm64', 'windows_amd64'].includes(platform), 'its checksum is not known');
      const { workDir, lines, lock } = await initialized(mirror);
      for (const hash of testedProvider.hashes) expect(lock).toContain(hash);
      expect(lines).not.toContain('cannot be had');
      const { address, executable } = await installedProvider(workDir, endless);
      expect(address).toBe(testedProvider.address);
      expect(executable).toContain(testedProvider.version);
    });

    it('takes any provider that fits where the tested one is not to be had, and starts it when init has ended', async () => {
      const { mirror } = recordingProvider(local);
      const { workDir, lines, lock } = await initialized(mirror);
      expect(lines).toContain('The AWS provider 5.100.0, which this release was tested with, cannot be had');
      expect(lock).not.toContain(testedProvider.hashes[0]);
      expect(await Promise.race([installedProvider(workDir, endless), soon()])).toBe('nothing yet');
      expect((await installedProvider(workDir, Promise.resolve())).executable).toContain(workDir);
    });
  },
);
