import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { UserError } from '../base/errors.ts';
import { isMapping } from '../base/mapping.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { accessFields } from '../config/schema.ts';
import { trustPolicyKey } from '../config/trust-policy-key.ts';
import { pathsOf, repositoryOf, rootOf, unfitFile } from './repository.ts';
import { placesIn, readYaml } from './yaml-file.ts';

/** A config as the repository's history holds it. */
export type ConfigVersions = ReturnType<typeof versionsOf>;

/** IAM takes a trust policy of up to 4,096 characters; white space does not count. */
const MOST_BYTES = 64 * 1024;

interface ConfigProps {
  /** Whether a file that is not there is a problem. @default true */
  readonly isNeeded?: boolean;
  /** @default none */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** The access of a YAML file, whose keys `inputs` override; throws `invalid-input` with every problem, or why the file cannot be read. */
export function readAccessConfig(
  path: string,
  { isNeeded = true, inputs = {} }: ConfigProps = {},
): AccessConfig {
  if (!isNeeded && !existsSync(path)) {
    const isWhole = 'buckets' in inputs && ('kolena-principal-arn' in inputs || trustPolicyKey in inputs);
    const noFile = `There is no ${path} (in a workflow, actions/checkout has to come first), and the config of inputs alone`;
    return parseAccessConfig(withTrustPolicyFile(inputs, path), isWhole ? 'The config' : noFile);
  }
  const file = readYaml(path);
  // What an input says stands in no line of the file.
  const isInput = (problem: string) => (problem.split(/[:.[]/)[0] ?? '') in inputs;
  let inFile: ReturnType<typeof placesIn> | undefined;
  const placeOf = (problem: string) => (isInput(problem) ? undefined : (inFile ??= placesIn(path))(problem));
  const keys = isMapping(file) ? { ...file, ...inputs } : file;
  return parseAccessConfig(withTrustPolicyFile(keys, path), `The config of ${path}`, placeOf);
}

/** The keys with the text of the file, relative to the config's, that `kolena-trust-policy` names; throws `invalid-input`. */
function withTrustPolicyFile(keys: unknown, configPath: string): unknown {
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
export function versionsOf(configPath: string, inputs: Readonly<Record<string, string>>) {
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
  const configFiles: readonly string[] = configFile === undefined ? [] : [...ownFiles, ...trustPolicyFiles()];
  return {
    /** Roles, in lower case, that other configs in the same folder name now, each with its file. */
    rolesBeside: () => new Map(root === undefined ? [] : rolesBeside(configPath)),
    /** Paths in the repository: the config file, and the trust policy that it names; empty when there is no config file. */
    configFiles,
    /** The access that other versions of these files describe, with the inputs of this run. */
    parseConfig: async (read: (path: string) => Promise<string>) => {
      const keys = keysOf(await read(configFile ?? ''));
      const name = trustPolicyFileIn(keys);
      if (name === undefined || configFile === undefined) return parseAccessConfig(keys);
      const file = posix.join(posix.dirname(configFile), name);
      return parseAccessConfig({ ...keys, [trustPolicyKey]: await read(file) });
    },
  };
}

function rolesBeside(configPath: string) {
  const folder = dirname(configPath);
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/i.test(file) && file !== basename(configPath));
  return files.flatMap((file) => roleNamedIn(join(folder, file)).map((role) => [role, file] as const));
}

/** The one role that a config names; a file that is not a config names none. */
function roleNamedIn(path: string): string[] {
  try {
    const keys = readYaml(path);
    if (!isMapping(keys) || !('buckets' in keys)) return [];
    return [accessFields.shape['role-name'].parse(keys['role-name'] ?? undefined).toLowerCase()];
  } catch {
    return [];
  }
}
