import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { defined } from '../../src/base/defined.ts';
import { actionBundle } from './bundle.ts';
import { cacheFolder, repository } from './cache-folder.ts';
import { node24 } from './node24.ts';
import { readAnnotations, readFileCommands, type Annotation } from './workflow-commands.ts';

/** What the runner would hand to the Action. */
export interface ActionRun {
  /** By input name as in action.yml; its defaults are filled in. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * Added to the runner's environment: `world.env(…)`, `terraform.env`, `issuer.env(…)`, GITHUB_EVENT_NAME, … An empty
   * value takes a variable away.
   */
  readonly env: Readonly<Record<string, string>>;
  /** GITHUB_WORKSPACE. @default a new empty directory */
  readonly workspace?: string;
  /** Files to write into the workspace, by relative path. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Payload of GITHUB_EVENT_PATH. @default `{}` */
  readonly event?: object;
  /** @default the committed dist/index.js */
  readonly bundle?: string;
  /** A program, with its arguments, that starts the Action. @default none */
  readonly wrapper?: readonly string[];
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string) => void;
  /** Ends the Action by this signal as soon as it prints a line that matches. */
  readonly interrupt?: { readonly at: RegExp; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' };
}

/** What came out of one run of the Action. */
export interface ActionResult {
  /** -1 when a signal ended it. */
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  /** Messages of the `::error` annotations. */
  readonly errors: readonly string[];
  /** Markdown of the job summary. */
  readonly summary: string;
  /** Standard output and standard error, as printed. */
  readonly log: string;
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
  readonly milliseconds: number;
}

/** Runs the Action's bundle on Node 24 as GitHub's runner does, in directories of its own. */
export async function runAction(run: ActionRun): Promise<ActionResult> {
  const home = mkdtempSync(join(tmpdir(), 'runner-'));
  // A container's user, whoever that is, sees the runner's files.
  chmodSync(home, 0o755);
  const temp = folderIn(home, 'temp');
  const workspace = run.workspace ?? folderIn(home, 'workspace');
  for (const [name, text] of Object.entries(run.files ?? {})) writeFileSync(join(workspace, name), text);
  const files = {
    GITHUB_OUTPUT: fileIn(temp, 'output'),
    GITHUB_STEP_SUMMARY: fileIn(temp, 'summary'),
    GITHUB_STATE: fileIn(temp, 'state'),
    GITHUB_ENV: fileIn(temp, 'env'),
    GITHUB_PATH: fileIn(temp, 'path'),
    GITHUB_EVENT_PATH: fileIn(temp, 'event.json', JSON.stringify(run.event ?? {})),
  };
  const env = {
    ...machine(),
    ...runner,
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: folderIn(home, 'tools'),
    // A third of a run's CPU time is V8's work on the same files.
    NODE_COMPILE_CACHE: cacheFolder('compiled'),
    ...files,
    ...inputVariables(run),
    ...run.env,
  };
  const gone = Object.keys(run.env).filter((name) => run.env[name] === '');
  const started = performance.now();
  const { exitCode, log } = await execute(run, { cwd: workspace, env: without(env, gone) });
  const annotations = readAnnotations(log);
  return {
    exitCode,
    outputs: readFileCommands(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    annotations,
    errors: annotations.filter(({ level }) => level === 'error').map(({ message }) => message),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    log,
    workspace,
    temp,
    milliseconds: performance.now() - started,
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
export const runner = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'octocat',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_JOB: 'access',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REPOSITORY: 'octo-org/data-access',
  GITHUB_REPOSITORY_OWNER: 'octo-org',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_RUN_ID: '1001',
  GITHUB_RUN_NUMBER: '1',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_WORKFLOW: 'Kolena access',
  RUNNER_ARCH: 'X64',
  RUNNER_OS: 'Linux',
};

/**
 * Nothing of this machine but what every process needs: no AWS, Terraform or proxy settings of its own. The whole suite can be
 * run without providers that are started ahead, and without those that are lent.
 */
function machine(): Record<string, string> {
  const { PATH = '', KOLENA_WARM_PROVIDER, KOLENA_TEST_PROVIDERS } = process.env;
  return defined({ PATH, HOME: homedir(), TMPDIR: tmpdir(), KOLENA_WARM_PROVIDER, KOLENA_TEST_PROVIDERS });
}

const action = parse(readFileSync(join(repository, 'action.yml'), 'utf8')) as {
  inputs: Readonly<Record<string, { default?: string }>>;
};

/** Without a GitHub there is no token either: nobody waits for a server that cannot be reached. */
function inputVariables({ inputs, env }: ActionRun): Record<string, string> {
  const unknown = Object.keys(inputs).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`not an input of action.yml: ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: byDefault = '' }]) => [
      `INPUT_${name.toUpperCase()}`,
      inputs[name] ?? byDefault.replace('${{ github.token }}', 'GITHUB_API_URL' in env ? 'ghs_test' : ''),
    ]),
  );
}

function execute(
  { bundle = actionBundle(), wrapper = [], onLine, interrupt }: ActionRun,
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<{ exitCode: number; log: string }> {
  const command: readonly string[] = [...wrapper, node24(), bundle];
  const [program = '', ...args] = command;
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
      if (interrupt?.at.test(line) === true) child.kill(interrupt.signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ exitCode: code ?? -1, log: lines.join('\n') });
    });
  });
}

function without(env: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function folderIn(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}

function fileIn(folder: string, name: string, text = ''): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
