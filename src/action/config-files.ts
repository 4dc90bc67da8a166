import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, posix, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { UserError } from '../base/errors.ts';
import { isMapping } from '../base/mapping.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { trustPolicyKey } from '../config/trust-policy-key.ts';
import { pathsOf, rootOf, unfitFile } from './own-file.ts';
import { repositoryOf } from './repository.ts';
import { rolesBeside } from './roles-beside.ts';

/** A config as the repository's history holds it. */
export interface ConfigVersions {
  /** Paths in the repository: the config file, and the trust policy that it names; empty when there is no config file. */
  readonly configFiles: readonly string[];
  /** The access that other versions of these files describe, with the inputs of this run. */
  readonly parseConfig: (read: (path: string) => Promise<string>) => Promise<AccessConfig>;
  /** Roles, in lower case, that other configs in the same folder name now, each with its file. */
  readonly rolesBeside: () => ReadonlyMap<string, string>;
}

/** IAM takes a trust policy of up to 4,096 characters; white space does not count. */
const MOST_BYTES = 64 * 1024;

/**
 * The keys of a config with the text of the file that `kolena-trust-policy` names, relative to the config file, in place of
 * its name. Throws `invalid-input` when it cannot be read, or lies outside of the repository.
 */
export function withTrustPolicyFile(keys: unknown, configPath: string): unknown {
  const file = trustPolicyFileIn(keys);
  if (file === undefined) return keys;
  return {
    ...(keys as object),
    [trustPolicyKey]: read(resolve(dirname(configPath), file), rootOf(configPath)),
  };
}

/** The file that `kolena-trust-policy` names; `undefined` where it holds the document itself. */
function trustPolicyFileIn(keys: unknown): string | undefined {
  const value = isMapping(keys) ? keys[trustPolicyKey] : undefined;
  return typeof value === 'string' && /^[^{\n\0]+\.json$/.test(value.trim()) ? value.trim() : undefined;
}

function read(path: string, root: string): string {
  const problem = unreadable(path, root);
  if (problem === undefined) return readFileSync(path, 'utf8');
  throw new UserError({
    reason: 'invalid-input',
    message: `${trustPolicyKey} names ${path}, which ${problem}.`,
    remedy: `Commit the file into ${root}, or paste the JSON itself under ${trustPolicyKey}.`,
  });
}

function unreadable(path: string, root: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'does not exist';
    if (stat.isDirectory()) return 'is a directory';
    if (stat.size > MOST_BYTES) return `has ${stat.size} bytes; ${MOST_BYTES} are read`;
    return unfitFile(path, root);
  } catch (error) {
    // A name that is too long, links in a circle, no right to look.
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`;
  }
}

/** The versions of a config, whose keys `inputs` override. The file at `configPath`, if it exists, holds a config. */
export function versionsOf(configPath: string, inputs: Readonly<Record<string, string>>): ConfigVersions {
  const root = existsSync(configPath) ? repositoryOf(configPath) : undefined;
  const inRepository = (path: string) => (root === undefined ? [] : pathsOf(path, root));
  const ownFiles = inRepository(configPath);
  const [configFile] = ownFiles;
  // What is not a mapping gives keys that no config has.
  const keysOf = (text: string) => ({ ...(parseYaml(text) as object | null), ...inputs });
  const trustPolicyFiles = () => {
    const name = trustPolicyFileIn(keysOf(readFileSync(configPath, 'utf8')));
    return name === undefined ? [] : inRepository(resolve(dirname(configPath), name));
  };
  return {
    rolesBeside: () => (root === undefined ? new Map() : rolesBeside(configPath)),
    configFiles: configFile === undefined ? [] : [...ownFiles, ...trustPolicyFiles()],
    parseConfig: async (read) => {
      const keys = keysOf(await read(configFile ?? ''));
      const name = trustPolicyFileIn(keys);
      if (name === undefined || configFile === undefined) return parseAccessConfig(keys);
      const file = posix.join(posix.dirname(configFile), name);
      return parseAccessConfig({ ...keys, [trustPolicyKey]: await read(file) });
    },
  };
}
