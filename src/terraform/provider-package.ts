import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileHashes } from './file-hashes.ts';
import { testedProvider } from './tested-provider.ts';

/** The AWS provider that `init` installed into a working directory. */
export interface ProviderPackage {
  /** As this Terraform or OpenTofu names it: `registry.terraform.io/hashicorp/aws`. */
  readonly address: string;
  /** Absolute path. */
  readonly executable: string;
}

/** Milliseconds between looks for what `init` has installed so far. */
const LOOK_AGAIN = 20;

/** The one AWS provider that `init` installs below `workDir`. Throws an Error that says what is not as it should be. */
export async function installedProvider(workDir: string, init: Promise<unknown>): Promise<ProviderPackage> {
  const root = join(workDir, '.terraform', 'providers');
  const { host, folder } = await whenInstalled(root, init);
  const address = `${host}/hashicorp/aws`;
  const hash = await packageHash(folder);
  // The tested provider's checksum is known; any other's is in the lock file when `init` has ended.
  if (address !== testedProvider.address || !(testedProvider.hashes as readonly string[]).includes(hash)) {
    await init;
    const lock = await readFile(join(workDir, '.terraform.lock.hcl'), 'utf8');
    if (!hashesOf(address, lock).includes(hash))
      throw new Error(`the checksum of ${folder} is not in the lock file`);
  }
  const name = (await readdir(folder)).find((file) => file.startsWith('terraform-provider-aws'));
  if (name === undefined) throw new Error(`${folder} holds no provider`);
  return { address, executable: join(folder, name) };
}

/** A link, to a mirror or a cache, leads to a whole package, hashed at once; without one `init` may be unpacking it. */
async function whenInstalled(root: string, init: Promise<unknown>) {
  const over = new AbortController();
  const ended = init.finally(() => over.abort());
  // Who awaits `init` learns of it.
  ended.catch(() => undefined);
  while (!over.signal.aborted) {
    const found = await installedIn(root).catch(() => undefined);
    if (found !== undefined && (await lstat(found.folder)).isSymbolicLink()) return found;
    await Promise.race([ended, sleep(LOOK_AGAIN)]);
  }
  return installedIn(root);
}

async function installedIn(root: string) {
  const host = await onlyEntry(root);
  const versions = join(root, host, 'hashicorp', 'aws');
  const version = join(versions, await onlyEntry(versions));
  return { host, folder: join(version, await onlyEntry(version)) };
}

async function onlyEntry(folder: string): Promise<string> {
  const [name, ...others] = await readdir(folder);
  if (name !== undefined && others.length === 0) return name;
  throw new Error(`${folder} has ${others.length + (name === undefined ? 0 : 1)} entries, and not one`);
}

/** https://developer.hashicorp.com/terraform/language/files/dependency-lock#new-provider-package-checksums */
function hashesOf(address: string, lock: string): readonly string[] {
  const block = lock.split(/^provider /m).find((text) => text.startsWith(`"${address}"`)) ?? '';
  return [...block.matchAll(/"(h1:[^"]+)"/g)].map(([, hash = '']) => hash);
}

/** Go's hash of a folder: https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1 */
async function packageHash(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hashes = await fileHashes(paths);
  const nameOf = (path: string) => path.slice(folder.length + 1).replaceAll('\\', '/');
  const lines = paths.map((path, at) => `${hashes[at]}  ${nameOf(path)}\n`);
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}
