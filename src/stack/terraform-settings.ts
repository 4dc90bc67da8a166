import { defined } from '../base/defined.ts';
import { jsonIn } from '../base/mapping.ts';
import { sortKeys } from '../base/sort-keys.ts';

/** Where Terraform keeps its state. */
export interface BackendSettings {
  /** The name of a Terraform backend, such as `s3`. */
  readonly type: string;
  /** The backend's arguments; a value that is a JSON object or list is passed on as one (`assume_role={"role_arn":"…"}`). */
  readonly config: Readonly<Record<string, string>>;
}

/** What every stack is told about Terraform itself. */
export interface StackSettings {
  /** Terraform's version constraint for the AWS provider, such as `>= 5.100.0, < 7.0.0`. */
  readonly awsProviderVersion: string;
  /** @default Terraform's local state in its working directory */
  readonly backend?: BackendSettings;
}

/** The AWS provider's versions that the stacks are tested with, as a Terraform version constraint. */
export const AWS_PROVIDER_VERSION = '>= 5.100.0, < 7.0.0';

/** Minor versions of Terraform 1 that brought what the stacks may use. */
const versions = { importBlocks: 5, removedBlocks: 7, lockFile: 10 };

/** Terraform refuses to run when it is too old for what the JSON says. */
function requiredTerraform({ backend }: StackSettings, least = versions.importBlocks): string {
  return `>= 1.${Math.max(least, backend?.type === 's3' ? versions.lockFile : 0)}.0`;
}

/** The versions of Terraform that can take a resource out of the state and leave it in AWS. */
export function forgettingTerraform(settings: StackSettings): string {
  return requiredTerraform(settings, versions.removedBlocks);
}

/** The `terraform` block of every stack. */
export function terraformBlock(settings: StackSettings): object {
  const { awsProviderVersion, backend } = settings;
  return defined({
    required_providers: { aws: { source: 'hashicorp/aws', version: awsProviderVersion } },
    required_version: requiredTerraform(settings),
    backend: backend && { [backend.type]: backendArguments(backend) },
  });
}

/** What a backend gets unless the user says otherwise: S3 locks by a lock file and encrypts. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: { encrypt: 'true', use_lockfile: 'true' },
};

/** The arguments of a backend as Terraform JSON. Backends take no expressions, so their values are never escaped. */
function backendArguments({ type, config }: BackendSettings): Record<string, unknown> {
  const given = Object.entries({ ...DEFAULTS[type], ...config });
  // Terraform converts strings to booleans and numbers by itself, but not to objects and lists.
  const argument = (value: string) => (/^[[{]/.test(value) ? (jsonIn(value) ?? value) : value);
  return Object.fromEntries(given.map(([name, value]) => [name, argument(value)]));
}

/** Terraform JSON with what `init` reads of a stack, without cdktf, which is slow to load: `init` starts meanwhile. */
export function initJson(settings: StackSettings): string {
  return `${JSON.stringify(sortKeys({ terraform: terraformBlock(settings) }), undefined, 2)}\n`;
}
