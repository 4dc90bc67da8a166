import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AccessConfig } from './access/access-config.ts';
import { accessKeys, parseAccessConfig } from './access/parse-config.ts';
import { UserError } from './errors.ts';
import { parseSettings, settingNames, type Settings } from './settings.ts';
import type { StackSettings } from './stack/synthesize.ts';
import { readYaml } from './yaml-file.ts';

/** All that a run is told. */
export interface Inputs {
  readonly settings: Settings;
  readonly config: AccessConfig;
  readonly stackSettings: StackSettings;
  /** Absolute path. */
  readonly workingDirectory: string;
  /** A `.terraform.lock.hcl` beside the config, when there is one. */
  readonly pluginLock?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the Action's inputs and the config file; throws `invalid-input` that names every problem of both. */
export function readInputs(env: Environment): Inputs {
  const given = readGiven(env, settingNames);
  const region = given['aws-region'] ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const workingDirectory = resolve(given['working-directory'] ?? '.');
  const configPath = findConfig(workingDirectory, given['config']);
  const [settings, config] = bothOf(
    () => parseSettings({ ...given, 'aws-region': region }),
    () => readAccessConfig(configPath, readGiven(env, accessKeys)),
  );
  const lock = join(configPath === undefined ? workingDirectory : dirname(configPath), '.terraform.lock.hcl');
  return {
    settings,
    config,
    stackSettings: {
      awsProviderVersion: settings['aws-provider-version'],
      ...(settings.backend !== undefined && {
        backend: { type: settings.backend, config: settings['backend-config'] },
      }),
    },
    workingDirectory,
    ...(existsSync(lock) && { pluginLock: lock }),
  };
}

/** The inputs that are not empty, by GitHub's variables for them; GitHub gives an unset one as ''. */
function readGiven(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  const inputs = names.map((name) => [name, (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()] as const);
  return Object.fromEntries(inputs.filter(([, value]) => value !== ''));
}

function findConfig(workingDirectory: string, given: string | undefined): string | undefined {
  if (given !== undefined) return resolve(workingDirectory, given);
  const usual = join(workingDirectory, 'kolena-s3.yml');
  return existsSync(usual) ? usual : undefined;
}

/**
 * The access that a YAML file describes, with keys overridden by `inputs`; throws `invalid-input` that names every
 * problem, or why the file cannot be read.
 */
export function readAccessConfig(
  path: string | undefined,
  inputs: Readonly<Record<string, string>> = {},
): AccessConfig {
  const file: unknown = path === undefined ? {} : readYaml(path);
  const isMapping = typeof file === 'object' && file !== null && !Array.isArray(file);
  return parseAccessConfig(isMapping ? { ...file, ...inputs } : file);
}

/** Both values, or one error that holds the problems of both. */
function bothOf<A, B>(first: () => A, second: () => B): [A, B] {
  const problems: UserError[] = [];
  const tried = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const [a, b] = [tried(first), tried(second)];
  const [problem, another] = problems;
  if (problem !== undefined && another !== undefined)
    throw new UserError({
      reason: 'invalid-input',
      message: problems.map(({ message }) => message).join('\n'),
      remedy: problems.map(({ remedy }) => remedy).join(' '),
      cause: problems,
    });
  if (problem !== undefined) throw problem;
  return [a as A, b as B];
}

/** The webhook payload of the event that started the run; undefined outside of GitHub. */
export function readEventPayload(env: Environment): unknown {
  const path = env['GITHUB_EVENT_PATH'];
  return path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
}
