import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { UserError } from '../base/errors.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { trustPolicyKey } from '../config/trust-policy-key.ts';
import { repositoryOf } from './repository.ts';

/** A config as the repository's history holds it. */
export interface ConfigVersions {
  /** Paths in the repository: the config file, and the trust policy that it names; empty when there is no config file. */
  readonly configFiles: readonly string[];
  /** The access that other versions of these files describe, with the inputs of this run. */
  readonly parseConfig: (read: (path: string) => Promise<string>) => Promise<AccessConfig>;
}

/** IAM takes a trust policy of up to 4,096 characters; white space does not count. */
const MOST_BYTES = 64 * 1024;

/**
 * The keys of a config with the text of the file that `kolena-trust-policy` names, relative to the config file, in place of
 * its name. Throws `invalid-input` when it cannot be read.
 */
export function withTrustPolicyFile(keys: unknown, configPath: string): unknown {
  const file = trustPolicyFileIn(keys);
  if (file === undefined) return keys;
  return { ...(keys as object), [trustPolicyKey]: read(resolve(dirname(configPath), file)) };
}

/** The file that `kolena-trust-policy` names; `undefined` where it holds the document itself. */
function trustPolicyFileIn(keys: unknown): string | undefined {
  const value =
    typeof keys === 'object' && keys !== null
      ? (keys as Readonly<Record<string, unknown>>)[trustPolicyKey]
      : undefined;
  return typeof value === 'string' && /^[^{\n]+\.json$/.test(value.trim()) ? value.trim() : undefined;
}

function read(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size <= MOST_BYTES) return readFileSync(path, 'utf8');
  throw new UserError({
    reason: 'invalid-input',
    message: `${trustPolicyKey} names ${path}, ${size === undefined ? 'which does not exist' : `which has ${size} bytes; ${MOST_BYTES} are read`}.`,
    remedy: `Commit the file there, or paste the JSON itself under ${trustPolicyKey}.`,
  });
}

/** The versions of a config, whose keys `inputs` override. The file at `configPath`, if it exists, holds a config. */
export function versionsOf(configPath: string, inputs: Readonly<Record<string, string>>): ConfigVersions {
  const configFile = inRepository(configPath);
  const keysOf = (text: string) => ({ ...mappingOf(parseYaml(text)), ...inputs });
  const besideOf = (keys: object) => {
    const name = trustPolicyFileIn(keys);
    return name === undefined || configFile === undefined
      ? []
      : [posix.join(posix.dirname(configFile), name)];
  };
  return {
    configFiles:
      configFile === undefined ? [] : [configFile, ...besideOf(keysOf(readFileSync(configPath, 'utf8')))],
    parseConfig: async (read) => {
      const keys = keysOf(await read(configFile ?? ''));
      const [file] = besideOf(keys);
      return parseAccessConfig(file === undefined ? keys : { ...keys, [trustPolicyKey]: await read(file) });
    },
  };
}

function mappingOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function inRepository(path: string): string | undefined {
  const root = repositoryOf(path);
  return existsSync(path) && root !== undefined ? relative(root, path).split(sep).join('/') : undefined;
}
