import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The AWS provider that `init` installed into a working directory. */
export interface ProviderPackage {
  /** As this Terraform or OpenTofu names it: `registry.terraform.io/hashicorp/aws`. */
  readonly address: string;
  /** Absolute path. */
  readonly executable: string;
}

/**
 * The one AWS provider below `workDir`, whose checksum was just found in the lock file there. Throws an Error that says what
 * is not as `init` leaves it.
 */
export async function installedProvider(workDir: string): Promise<ProviderPackage> {
  const root = join(workDir, '.terraform', 'providers');
  const host = await onlyEntry(root);
  const versions = join(root, host, 'hashicorp', 'aws');
  const version = join(versions, await onlyEntry(versions));
  const folder = join(version, await onlyEntry(version));
  const address = `${host}/hashicorp/aws`;
  const lock = await readFile(join(workDir, '.terraform.lock.hcl'), 'utf8');
  if (!hashesOf(address, lock).includes(await packageHash(folder)))
    throw new Error(`the checksum of ${folder} is not in the lock file`);
  const name = (await readdir(folder)).find((file) => file.startsWith('terraform-provider-aws'));
  if (name === undefined) throw new Error(`${folder} holds no provider`);
  return { address, executable: join(folder, name) };
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
    .map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const path of paths.sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
    lines.push(`${hash.digest('hex')}  ${path.slice(folder.length + 1).replaceAll('\\', '/')}\n`);
  }
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}
