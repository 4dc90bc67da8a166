import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defined } from '../base/defined.ts';
import { UserError, type FailureReason } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { withGoMemory } from './go-memory.ts';
import { runProcess } from './process.ts';
import { openProviderStarts, providerConfigurations } from './provider-starts.ts';
import { takesTestedProvider, testedLock, testedProvider } from './tested-provider.ts';
import type { Attachment } from './warm-provider.ts';
import { readChanges, type ResourceChange } from '../plan/changes.ts';
import { jsonOf, terraformError, terraformMissing } from '../problem/terraform-error.ts';

/** One saved plan. */
export interface TerraformPlan {
  /** What `terraform show -json tfplan` printed, parsed. */
  readonly planJson: unknown;
  readonly changes: readonly ResourceChange[];
  /** Of Terraform or OpenTofu, and of the AWS provider that `init` locked. */
  readonly versions: { readonly terraform?: string; readonly provider?: string };
  /** Terraform's own diff for people, unmasked; "No changes. …" when there are none. */
  readonly diff: string;
  /** Absolute path, readable by the owner alone: a plan can hold secrets. */
  readonly planJsonPath: string;
  /** Absolute path of the Terraform JSON that was planned. */
  readonly terraformJsonPath: string;
}

/** One Terraform working directory; each method runs the commands that it names and no other. */
export interface Terraform {
  /** `init`, on JSON that holds at least the backend and the providers. Throws `plan-failed`. */
  init(json: string): Promise<void>;
  /** `plan -out` and `show -json`. Throws `plan-failed` or `state-locked`. */
  plan(json: string): Promise<TerraformPlan>;
  /** `apply` of import-only JSON, which brings what exists into the throwaway state. Throws `plan-failed`. */
  adopt(json: string): Promise<void>;
  /** `apply` of the saved plan. Throws `apply-failed`, `state-locked`, or `plan-changed` when the state moved on. */
  apply(): Promise<void>;
}

/** Where and how Terraform runs. */
export interface TerraformProps {
  /** Path or name of `terraform`, or of `tofu`. */
  readonly binary: string;
  /** Absolute path of a directory of this run alone; made when missing. */
  readonly workDir: string;
  /** Absolute path of where the binary starts: a version manager's shim looks there, and upwards, for the version. */
  readonly directory: string;
  /** How long a lock of another run is waited for, as `5m`. @default not at all */
  readonly lockTimeout?: string;
  readonly env: Readonly<Record<string, string>>;
  /** AWS credentials for the commands that ask AWS, asked for before each, so that they are fresh. */
  readonly keys: () => Promise<Readonly<Record<string, string>>>;
  /** Path of a `.terraform.lock.hcl`, honoured read-only. */
  readonly pluginLock?: string;
  /** Commands whose provider is started ahead of them. @default none: Terraform starts its providers */
  readonly warm?: readonly ('plan' | 'apply')[];
  readonly log: Log;
  /** Replaces secrets in whatever is shown: log lines and error messages. */
  readonly mask: (text: string) => string;
}

interface Command {
  readonly name: 'init' | 'plan' | 'apply' | 'show';
  readonly flags: readonly string[];
  /** @default `plan-failed` */
  readonly reason?: FailureReason;
  readonly stdoutTo?: number;
  /** How long it waits for the lock. */
  readonly waited?: string;
  readonly attachment?: Attachment | undefined;
  /** Whether it never asks AWS, and so waits for no credentials. */
  readonly isKeyless?: boolean;
}

interface Place extends TerraformProps {
  /** Providers that run at the same time. */
  readonly providers: number;
}

/** What `init` says of a provider that no source has, or has with another checksum. */
const PROVIDER_NOT_THERE = /Failed to (?:query available provider packages|install provider)/;

/** Terraform in its own process, its output shown line by line in log groups while it runs. */
export function openTerraform(props: TerraformProps): Terraform {
  const { workDir, pluginLock, warm = [] } = props;
  const terraformJsonPath = join(workDir, 'cdk.tf.json');
  const planJsonPath = join(workDir, 'plan.json');
  const lockPath = join(workDir, '.terraform.lock.hcl');
  const envWithKeys = async () => ({ ...props.env, ...(await props.keys()) });
  const starts = openProviderStarts({ workDir, env: envWithKeys, log: props.log });
  let json = '{}';
  const writeJson = (text: string) => {
    json = text;
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    writeFileSync(terraformJsonPath, text, { mode: 0o600 });
  };
  const place = (): Place => ({ ...props, providers: providerConfigurations(json) });
  const init = async (...flags: readonly string[]) => {
    // Of AWS, init asks a backend alone: without one it starts at once, so that what is loaded next does not delay it.
    const isKeyless = !hasBackend(json);
    await runTerraform(place(), { name: 'init', flags: ['-input=false', ...flags], isKeyless });
  };
  const install = async () => {
    if (pluginLock !== undefined) {
      copyFileSync(pluginLock, lockPath);
      return init('-lockfile=readonly');
    }
    const isTerraform = nameOf(props.binary) === 'terraform';
    if (!isTerraform || !takesTestedProvider({ json, env: props.env })) return init();
    writeFileSync(lockPath, testedLock(testedProvider));
    try {
      await init();
    } catch (error) {
      if (!(error instanceof UserError) || !PROVIDER_NOT_THERE.test(error.message)) throw error;
      props.log.info(
        `The AWS provider ${testedProvider.version}, which this release was tested with, cannot be had here: any one that \`aws-provider-version\` allows is taken.`,
      );
      await rm(lockPath);
      await init();
    }
  };
  const show = async (attachment?: Attachment) => {
    const file = await open(planJsonPath, 'w', 0o600);
    try {
      const flags = ['-json', 'tfplan'];
      await runTerraform(place(), { name: 'show', flags, stdoutTo: file.fd, attachment });
    } finally {
      await file.close();
    }
    return jsonOf(`${nameOf(props.binary)} show`, await readFile(planJsonPath, 'utf8'));
  };
  return {
    async init(text) {
      writeJson(text);
      const installing = install();
      if (warm.includes('plan')) starts.beside(installing);
      await installing;
    },
    async plan(text) {
      writeJson(text);
      return starts.during(json, async (attachment) => {
        const flags = ['-input=false', '-out=tfplan'];
        const printed = await waitForLock(place(), { name: 'plan', flags, attachment });
        if (warm.includes('apply') && place().providers === 1) starts.ahead('apply');
        const planJson = await show(attachment);
        return {
          planJson,
          changes: readChanges(planJson),
          versions: await versionsIn(planJson, lockPath),
          diff: diffIn(printed),
          planJsonPath,
          terraformJsonPath,
        };
      });
    },
    async adopt(text) {
      writeJson(text);
      await runTerraform(place(), { name: 'apply', flags: ['-input=false', '-auto-approve'] });
    },
    async apply() {
      const flags = ['-input=false', 'tfplan'];
      await starts.during(json, (attachment) =>
        waitForLock(place(), { name: 'apply', flags, reason: 'apply-failed', attachment }),
      );
    },
  };
}

function hasBackend(json: string): boolean {
  const { terraform } = JSON.parse(json) as { terraform?: { backend?: unknown } };
  return terraform?.backend !== undefined;
}

/** A lock file is missing where the provider is a developer's own. */
async function versionsIn(planJson: unknown, lockPath: string): Promise<TerraformPlan['versions']> {
  const { terraform_version: terraform } = Object(planJson) as { terraform_version?: string };
  const lock = await readFile(lockPath, 'utf8').catch(() => '');
  const provider = /^provider "[^"]+\/hashicorp\/aws" {\s+version\s*= "([^"]+)"/m.exec(lock)?.[1];
  return defined({ terraform, provider });
}

/** As a user knows it: `terraform` for the binary behind setup-terraform's wrapper too. */
function nameOf(binary: string): string {
  return basename(binary).replace(/(?:-bin)?(?:\.exe)?$/, '');
}

/** Runs a command that locks the state, and again while another run has the lock: without it nothing was changed. */
async function waitForLock(place: Place, command: Command): Promise<string> {
  const { lockTimeout, log } = place;
  try {
    // Terraform names the holder only when it has given up: the first try does not wait.
    return await runTerraform(place, command);
  } catch (error) {
    if (!(error instanceof UserError) || error.reason !== 'state-locked' || lockTimeout === undefined)
      throw error;
    log.info(`${error.message} Waiting up to ${lockTimeout} for it.`);
    const flags = [`-lock-timeout=${lockTimeout}`, ...command.flags];
    return runTerraform(place, { ...command, flags, waited: lockTimeout });
  }
}

/** Runs one command to its end and gives what it printed to stdout. */
async function runTerraform(place: Place, command: Command): Promise<string> {
  const { flags, reason = 'plan-failed', stdoutTo, waited, attachment, isKeyless = false } = command;
  const { binary, workDir, log, mask } = place;
  const name = `${nameOf(binary)} ${command.name}`;
  const keys = isKeyless ? {} : await place.keys();
  const env = withGoMemory({ env: { ...place.env, ...keys }, count: place.providers });
  const work = () =>
    runProcess({
      binary,
      args: [`-chdir=${workDir}`, command.name, '-no-color', ...flags],
      cwd: place.directory,
      env: { ...env, ...attachment?.env },
      onLine: (line) => log.info(mask(line)),
      ...defined({ stdoutTo, lifeline: attachment?.lifeline }),
    }).catch((error: unknown) => {
      throw terraformMissing(binary, error);
    });
  // What goes to a file shows nothing: no group.
  const result = await (stdoutTo === undefined ? log.group(name, work) : work());
  // A cancelled apply that still succeeded must go on to the CORS step; any other cancelled command stops here.
  const cancelled = result.cancelledBy !== undefined && reason !== 'apply-failed';
  if (result.code === 0 && !cancelled) return result.stdout;
  throw terraformError({ name, reason, ...defined({ waited }) }, { ...result, stderr: mask(result.stderr) });
}

/** The part of `terraform plan`'s output that says what it would do. */
function diffIn(printed: string): string {
  const start = printed.search(
    /^(?:\w+ will perform the following actions:|No changes\.|Changes to Outputs:)/m,
  );
  const [diff = ''] = printed.slice(Math.max(start, 0)).split(/^─+\n+Saved the plan to: /m);
  return diff.trim();
}
