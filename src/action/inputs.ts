import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AccessConfig } from '../config/access-config.ts';
import { accessKeys } from '../config/parse.ts';
import { regionOf, type Environment } from '../base/environment.ts';
import { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import { parseSettings, reportingOf, settingNames, type Reporting, type Settings } from './settings.ts';
import type { StackSettings } from '../stack/terraform-settings.ts';
import { readAccessConfig, versionsOf, type ConfigVersions } from './config-files.ts';
import { checkedOutCommit, unfitFile } from './repository.ts';

/** All that a run is told. */
export interface Inputs extends ConfigVersions {
  readonly settings: Settings;
  readonly config: AccessConfig;
  readonly stackSettings: StackSettings;
  /** Absolute path. */
  readonly workingDirectory: string;
  /** A `.terraform.lock.hcl` beside the config, when there is one. */
  readonly pluginLock?: string;
  /** The commit that is checked out around the config; absent without a `.git` folder. */
  readonly checkedOut?: string;
}

/** What was found of the inputs. */
export interface GivenInputs {
  /** The error instead when they are not valid: `invalid-input`, with every problem of settings and config at once. */
  readonly inputs: Inputs | UserError;
  /** How to report on the run, valid or not: a setting that is not valid counts as not given. */
  readonly reporting: Reporting;
}

const USUAL_CONFIG = 'kolena-s3.yml';

/** Reads the Action's inputs and the config file. */
export function readInputs(env: Environment): GivenInputs {
  const given = readGiven(env, settingNames);
  const region = given['aws-region'] ?? regionOf(env);
  const workingDirectory = resolve(given['working-directory'] ?? '.');
  const configPath = resolve(workingDirectory, given['config'] ?? USUAL_CONFIG);
  const isNeeded = given['config'] !== undefined;
  const access = readGiven(env, accessKeys);
  const { problems, attempt } = collectProblems();
  attempt(() => requireDirectory(workingDirectory));
  const settings = attempt(() => parseSettings({ ...given, 'aws-region': region }));
  const config = attempt(() => readAccessConfig(configPath, { isNeeded, inputs: access }));
  const reporting = settings ?? reportingOf(given);
  if (settings === undefined || config === undefined || problems.length > 0)
    return { inputs: invalid(problems), reporting };
  const inputs = {
    settings,
    config,
    stackSettings: stackSettingsOf(settings, workingDirectory),
    workingDirectory,
    ...versionsOf(configPath, access),
    ...defined({ pluginLock: lockBeside(configPath), checkedOut: checkedOutCommit(configPath) }),
  };
  return { inputs, reporting };
}

function invalid(problems: readonly UserError[]): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: problems.map(({ message }) => message).join('\n'),
    remedy: problems.map(({ remedy }) => remedy).join(' '),
    places: problems.flatMap(({ places }) => places),
    cause: problems,
  });
}

function lockBeside(configPath: string): string | undefined {
  const lock = join(dirname(configPath), '.terraform.lock.hcl');
  return existsSync(lock) && unfitFile(lock, undefined) === undefined ? lock : undefined;
}

function stackSettingsOf(settings: Settings, workingDirectory: string): StackSettings {
  const { backend: type, 'backend-config': given, 'aws-provider-version': awsProviderVersion } = settings;
  if (type === undefined) return { awsProviderVersion };
  // A local state belongs into the working directory; Terraform itself runs in a directory that ends with the run.
  const path = resolve(workingDirectory, given['path'] ?? 'terraform.tfstate');
  return { awsProviderVersion, backend: { type, config: type === 'local' ? { ...given, path } : given } };
}

/** The inputs that are not empty, by GitHub's variables for them; GitHub gives an unset one as ''. */
function readGiven(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  const inputs = names.map((name) => [name, (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()] as const);
  return Object.fromEntries(inputs.filter(([, value]) => value !== ''));
}

function requireDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new UserError({
    reason: 'invalid-input',
    message: `There is no directory ${path}, which \`working-directory\` names.`,
    remedy:
      'Correct `working-directory`: it is relative to the root of the repository, which has to be checked out first (actions/checkout).',
  });
}

/** Goes on past UserErrors, so that all problems can be told at once. */
function collectProblems() {
  const problems: UserError[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  return { problems, attempt };
}

/** The webhook payload of the event that started the run; undefined outside of GitHub. */
export function readEventPayload(env: Environment): unknown {
  const path = env['GITHUB_EVENT_PATH'];
  return path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
}
