import { readFile } from 'node:fs/promises';
import type { Log } from '../base/log.ts';

/** As Terraform and OpenTofu write it: https://developer.hashicorp.com/terraform/language/files/dependency-lock */
const PROVIDER = /^provider\s+"([^"]+)"/gm;

const AWS = /^registry\.(?:terraform\.io|opentofu\.org)\/hashicorp\/aws$/;

/** The lock file at `path` if it names the AWS provider alone: another stack's breaks `init`, so it is passed over. */
export async function ownPluginLock(path: string | undefined, log: Log): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const providers = [...(await readFile(path, 'utf8')).matchAll(PROVIDER)].map(([, name = '']) => name);
  if (providers.length === 1 && providers.every((name) => AWS.test(name))) return path;
  log.info(
    `${path} is passed over: it names ${providers.join(', ') || 'no provider'}, and is about another configuration. To pin the provider ` +
      'of this one, put the config file into a directory of its own, with a lock file that names hashicorp/aws alone.',
  );
  return undefined;
}
