import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AccessConfig } from '../config/access-config.ts';
import { accessKeys, parseAccessConfig } from '../config/parse.ts';
import { trustPolicyKey } from '../config/trust-policy-key.ts';
import { regionOf, type Environment } from '../base/environment.ts';
import { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import { isMapping } from '../base/mapping.ts';
import { parseSettings, reportingOf, settingNames, type Reporting, type Settings } from './settings.ts';
import type { StackSettings } from '../stack/terraform-settings.ts';
import { versionsOf, withTrustPolicyFile, type ConfigVersions } from './config-files.ts';
import { checkedOutCommit, unfitFile } from './repository.ts';
import { placesIn, readYaml } from './yaml-file.ts';

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
  attempt(() => {
    requireDirectory(workingDirectory);
  });
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

interface ConfigProps {
  /** Whether a file that is not there is a problem. */
  readonly isNeeded: boolean;
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * The access that a YAML file describes, with keys overridden by `inputs`; throws `invalid-input` that names every
 * problem, or why the file cannot be read.
 */
function readAccessConfig(path: string, { isNeeded, inputs }: ConfigProps): AccessConfig {
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
