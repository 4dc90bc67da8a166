import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTerraform } from '../../src/terraform/install.ts';
import type { TerraformBinary } from '../../src/terraform/install.ts';
import { startConnectProxy } from '../aws/network/connect-proxy.ts';
import { fakeTerraform, platform, releaseKey, sign, startReleases, zipOf } from './release-server.ts';
import type { TestReleases } from './release-server.ts';
import { logTo } from '../support/log.ts';

let root: string;
let releases: TestReleases;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'install-test-'));
  for (const folder of ['bin', 'cache', 'temp', 'work']) mkdirSync(join(root, folder));
  releases = await startReleases(['1.9.8', '1.10.5', '1.11.2', '1.11.4', '1.12.0-beta1', '2.0.0']);
});
afterEach(async () => {
  await releases.close();
  rmSync(root, { recursive: true, force: true });
});

/** Puts an executable into a folder that is on PATH. */
function put(name: string, script: string): string {
  const path = join(root, 'bin', name);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

function find(
  inputs: { terraformPath?: string; terraformVersion?: string; cache?: boolean } = {},
): Promise<TerraformBinary> {
  const { cache = true, ...asked } = inputs;
  return findTerraform({
    ...asked,
    workingDirectory: join(root, 'work'),
    env: {
      PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
      RUNNER_TEMP: join(root, 'temp'),
      ...(cache && { RUNNER_TOOL_CACHE: join(root, 'cache') }),
    },
    log: logTo(),
    releases: releases.server,
  });
}

const cached = (version: string) =>
  join(root, 'cache', 'kolena-terraform', version, process.arch, `terraform_${version}_${platform}.zip`);
const unpacked = (version: string) => ({
  binary: expect.stringMatching(/terraform-\w+\/terraform$/) as string,
  version,
});
const refused = (message: RegExp) => ({
  name: 'UserError',
  reason: 'terraform-missing',
  message: expect.stringMatching(message) as string,
});

describe('findTerraform', () => {
  it('takes the one on PATH and does not even ask its version', async () => {
    const path = put('terraform', '#!/bin/sh\nexit 1\n');
    expect(await find()).toEqual({ binary: path });
  });

  it('takes the binary behind the wrapper of setup-terraform or setup-opentofu', async () => {
    put('terraform', '#!/bin/sh\necho "[command]"\n');
    put('tofu', '#!/bin/sh\necho "[command]"\n');
    const behind = put('terraform-bin', fakeTerraform('1.11.4'));
    const tofu = put('tofu-bin', fakeTerraform('1.10.0'));
    expect(await find({ terraformVersion: '~> 1.11' })).toEqual({ binary: behind, version: '1.11.4' });
    expect(await find({ terraformPath: 'tofu' })).toEqual({ binary: tofu });
  });

  it('says so when a wrapper adds to what Terraform prints', async () => {
    put('terraform', '#!/bin/sh\necho "our terraform"; echo "{}"\n');
    await expect(find({ terraformVersion: '~> 1.11' })).rejects.toMatchObject({
      ...refused(/version -json printed no JSON\. It begins with: "our terraform/),
      remedy: expect.stringContaining('terraform-path') as string,
    });
  });

  it('takes the one on PATH that is as asked for', async () => {
    const path = put('terraform', fakeTerraform('1.5.7'));
    expect(await find({ terraformVersion: '~> 1.5.0' })).toEqual({ binary: path, version: '1.5.7' });
    expect(releases.requests).toEqual([]);
  });

  it('takes another binary, by name or by path', async () => {
    const tofu = put('tofu', fakeTerraform('1.9.0'));
    expect(await find({ terraformPath: 'tofu' })).toEqual({ binary: tofu });
    expect(await find({ terraformPath: tofu })).toEqual({ binary: tofu });
    expect(await find({ terraformPath: '../bin/tofu' })).toEqual({ binary: tofu });
    writeFileSync(join(root, 'work', '.terraform-version'), '1.11.4');
    expect(await find({ terraformPath: 'tofu' })).toEqual({ binary: tofu });
  });

  it('refuses a path and a version that contradict each other', async () => {
    put('tofu', fakeTerraform('1.9.0'));
    expect(await find({ terraformPath: 'tofu', terraformVersion: '1.9.0' })).toMatchObject({
      version: '1.9.0',
    });
    await expect(find({ terraformPath: 'tofu', terraformVersion: '~> 1.11' })).rejects.toMatchObject({
      reason: 'invalid-input',
      message: expect.stringMatching(/tofu, version 1\.9\.0; `terraform-version` wants ~> 1\.11/) as string,
    });
  });

  it.each(['no-such-terraform', './no/such/terraform'])(
    'says that %s is not there',
    async (terraformPath) => {
      await expect(find({ terraformPath })).rejects.toMatchObject(
        refused(/no.such.terraform could not be started/),
      );
    },
  );

  it('downloads the newest that is allowed, once', async () => {
    put('terraform', fakeTerraform('1.5.7'));
    const expected = unpacked('1.11.4');
    expect(await find({ terraformVersion: '>= 1.10, < 2.0' })).toEqual(expected);
    expect(releases.requests).toHaveLength(4);
    await releases.close();
    expect(await find({ terraformVersion: '~> 1.11.0' })).toEqual(expected);
    expect(existsSync(`${join(root, 'cache', 'kolena-terraform', '1.11.4', process.arch)}.complete`)).toBe(
      true,
    );
    expect(readdirSync(join(root, 'cache', 'kolena-terraform'))).toEqual(['1.11.4']);
  });

  it('downloads the version that this release was tested with where there is none at all', async () => {
    await releases.close();
    releases = await startReleases(['1.10.5', '1.11.4', '1.11.5', '1.12.0']);
    expect(await find()).toEqual(unpacked('1.11.4'));
  });

  it.each([
    ['latest', '1.11.4'],
    ['latest:^1.10', '1.10.5'],
    ['latest:^1.1[01]', '1.11.4'],
  ])("understands tfenv's %s in .terraform-version", async (text, version) => {
    writeFileSync(join(root, 'work', '.terraform-version'), `${text}\n`);
    expect(await find()).toMatchObject({ version });
  });

  it.each(['min-required', 'latest-allowed', 'latest:(', 'dev'])(
    'passes over "%s" in .terraform-version, and says so',
    async (text) => {
      writeFileSync(join(root, 'work', '.terraform-version'), `${text}\n`);
      const path = put('terraform', fakeTerraform('1.5.7'));
      const lines: string[] = [];
      const found = await findTerraform({
        workingDirectory: join(root, 'work'),
        env: { PATH: join(root, 'bin') },
        log: logTo(lines),
        releases: releases.server,
      });
      expect(found).toEqual({ binary: path });
      expect(lines).toEqual([expect.stringContaining(`"${text}", which is passed over`)]);
    },
  );

  it('works without a tool cache', async () => {
    const { binary, version } = await find({ cache: false });
    expect(version).toBe('1.11.4');
    expect(existsSync(binary)).toBe(true);
    rmSync(join(binary, '..'), { recursive: true });
  });

  it('works where the tool cache cannot be written to', async () => {
    rmSync(join(root, 'cache'), { recursive: true });
    writeFileSync(join(root, 'cache'), 'a file, and no folder');
    const { binary, version } = await find();
    expect(version).toBe('1.11.4');
    expect(existsSync(binary)).toBe(true);
    rmSync(join(binary, '..'), { recursive: true });
  });

  it('says so when `unzip` is not there', async () => {
    vi.stubEnv('PATH', root);
    const outcome = await find().catch((error: unknown) => error);
    vi.unstubAllEnvs();
    expect(outcome).toMatchObject({
      ...refused(/could not be unpacked: .*unzip/),
      remedy: expect.stringContaining('Install `unzip`') as string,
    });
  });

  it('lets two runs download at the same time', async () => {
    const found = await Promise.all([find(), find(), find()]);
    expect(found).toEqual([unpacked('1.11.4'), unpacked('1.11.4'), unpacked('1.11.4')]);
    expect(new Set(found.map(({ binary }) => binary)).size).toBe(3);
    expect(readdirSync(join(root, 'cache', 'kolena-terraform'))).toEqual(['1.11.4']);
  });

  it.each([
    [
      'its archive',
      () => {
        writeFileSync(cached('1.11.4'), zipOf('terraform', '#!/bin/sh\necho evil\n'));
      },
    ],
    [
      'its list of checksums',
      () => {
        writeFileSync(join(cached('1.11.4'), '..', 'terraform_1.11.4_SHA256SUMS'), 'none');
      },
    ],
  ])('does not use what another job put into the tool cache in place of %s', async (_, tamper) => {
    await find();
    tamper();
    await expect(find()).rejects.toMatchObject({
      ...refused(/is not used: .*(?:has the checksum|is not signed)/),
      remedy: expect.stringContaining('tool cache') as string,
    });
  });

  it('passes over a Terraform in the tool cache that nobody could verify', async () => {
    const folder = join(root, 'cache', 'terraform', '1.11.4', process.arch);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'terraform'), '#!/bin/sh\necho evil\n', { mode: 0o755 });
    writeFileSync(`${folder}.complete`, '');
    expect(await find()).toEqual(unpacked('1.11.4'));
    expect(releases.requests.length).toBeGreaterThan(0);
  });

  it('goes by .terraform-version, and by the input before it', async () => {
    writeFileSync(join(root, 'work', '.terraform-version'), '# pinned\n1.10.5\n');
    expect(await find()).toMatchObject({ version: '1.10.5' });
    expect(await find({ terraformVersion: '1.12.0-beta1' })).toMatchObject({ version: '1.12.0-beta1' });
  });

  it.each(['latest', '^1.11', '1.x', ''])('refuses "%s" as a version', async (terraformVersion) => {
    await expect(find({ terraformVersion })).rejects.toMatchObject({
      reason: 'invalid-input',
      message: expect.stringContaining(`\`terraform-version\` is "${terraformVersion}"`) as string,
      remedy: expect.stringContaining('~> 1.11') as string,
    });
  });

  it('says that no release is as asked for', async () => {
    await expect(find({ terraformVersion: '1.11.99' })).rejects.toMatchObject(refused(/satisfies 1\.11\.99/));
  });

  describe('keeps nothing that it cannot trust', () => {
    const base = '/terraform/1.11.4/terraform_1.11.4_';
    const wanted = { terraformVersion: '1.11.4' };
    const nothingKept = () => {
      expect(existsSync(cached('1.11.4'))).toBe(false);
    };

    it('a wrong checksum', async () => {
      releases.files.set(`${base}${platform}.zip`, zipOf('terraform', '#!/bin/sh\necho evil\n'));
      await expect(find(wanted)).rejects.toMatchObject(
        refused(/has the checksum [0-9a-f]{64} and should have [0-9a-f]{64}/),
      );
      nothingKept();
    });

    it('a list of checksums that was changed', async () => {
      const sums = Buffer.from(releases.files.get(`${base}SHA256SUMS`) ?? []).toString();
      releases.files.set(`${base}SHA256SUMS`, Buffer.from(`${sums}0000  other.zip\n`));
      await expect(find(wanted)).rejects.toMatchObject(refused(/is not signed with the key TEST/));
      nothingKept();
    });

    it("somebody else's signature", async () => {
      const { privateKey } = await releaseKey();
      const sums = releases.files.get(`${base}SHA256SUMS`) ?? new Uint8Array();
      releases.files.set(`${base}SHA256SUMS.TEST.sig`, await sign(sums, privateKey));
      await expect(find(wanted)).rejects.toMatchObject(refused(/is not signed with the key TEST/));
      nothingKept();
    });

    it.each(['', 'no signature at all'])('garbage for a signature: "%s"', async (garbage) => {
      releases.files.set(`${base}SHA256SUMS.TEST.sig`, Buffer.from(garbage));
      await expect(find(wanted)).rejects.toMatchObject(refused(/is not signed with the key TEST/));
      nothingKept();
    });

    it.each(['SHA256SUMS', 'SHA256SUMS.TEST.sig', `${platform}.zip`])('a missing %s', async (name) => {
      releases.files.delete(`${base}${name}`);
      await expect(find(wanted)).rejects.toMatchObject(refused(/could not be downloaded: .*404/));
      nothingKept();
    });
  });

  describe('behind a proxy', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
    });

    it('downloads through it', async () => {
      const proxy = await startConnectProxy({ to: new URL(releases.server.url).host });
      for (const name of ['HTTP_PROXY', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, undefined);
      vi.stubEnv('http_proxy', proxy.url);
      const url = 'http://releases.example';
      const found = await findTerraform({
        workingDirectory: root,
        env: { RUNNER_TOOL_CACHE: join(root, 'cache'), RUNNER_TEMP: join(root, 'temp') },
        log: logTo(),
        releases: { ...releases.server, url },
      });
      await proxy.close();
      expect(found.version).toBe('1.11.4');
      expect(new Set(proxy.targets)).toEqual(new Set(['releases.example:80']));
      expect(proxy.targets).toHaveLength(4);
    });
  });
});
