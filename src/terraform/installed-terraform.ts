import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { newestAllowed } from '../config/version-constraint.ts';
import type { FindTerraformProps, TerraformBinary } from './install.ts';
import { downloadRelease, hashicorpReleases, newestRelease, unpackRelease } from './release.ts';
import { openToolCache } from './tool-cache.ts';
import type { Wanted } from './wanted-version.ts';

interface InstalledTerraformProps extends Pick<FindTerraformProps, 'env' | 'log' | 'releases'> {
  readonly wanted: Wanted;
}

/** Terraform from the runner's tool cache, else downloaded into it. Throws `terraform-missing`. */
export async function installedTerraform({
  wanted: { allows, text },
  env,
  log,
  releases = hashicorpReleases,
}: InstalledTerraformProps): Promise<TerraformBinary> {
  const cache = openToolCache(env['RUNNER_TOOL_CACHE']);
  const version = newestAllowed(await cache.versions(), allows) ?? (await newestRelease(releases, allows));
  if (version === undefined)
    throw new UserError({
      reason: 'terraform-missing',
      message: `No Terraform release satisfies ${text}.`,
      remedy: 'Set `terraform-version` to a version of https://releases.hashicorp.com/terraform.',
    });
  const from = await cache.folderOf(version, (folder) => {
    log.info(`Terraform ${version} is downloaded, and its signature and checksum are verified.`);
    return downloadRelease(releases, version, folder);
  });
  const temp = env['RUNNER_TEMP'] ?? tmpdir();
  await mkdir(temp, { recursive: true });
  const to = await mkdtemp(join(temp, 'terraform-'));
  // Other jobs may write to the cache: a copy is verified again, before it gets credentials, and unpacked out of reach.
  await cp(from, to, { recursive: true });
  await unpackRelease(releases, version, to);
  return { binary: join(to, process.platform === 'win32' ? 'terraform.exe' : 'terraform'), version };
}
