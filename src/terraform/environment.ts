import { resolve } from 'node:path';
import type { Environment } from '../base/environment.ts';
import { UserError } from '../base/errors.ts';

/** What becomes of a variable of the job on its way to Terraform. */
export type Treatment =
  | 'kept'
  /** A path: what it means to the user's own steps, it means to Terraform. */
  | 'made absolute'
  /** It is for another stack of the job; a line in the log names it. */
  | 'set aside'
  | 'kept with `backend`, else set aside'
  | 'refused with `backend`, else set aside';

/**
 * What Terraform, OpenTofu or the AWS provider reads; the first row that fits counts (`*`: any end). Others are kept.
 * docs/environment.md says why of each; https://opentofu.org/docs/cli/config/environment-variables/
 * https://developer.hashicorp.com/terraform/cli/config/environment-variables
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs#environment-variables
 */
export const variables: Readonly<Record<string, Treatment>> = {
  'TF_CLI_ARGS*': 'set aside',
  TF_DATA_DIR: 'set aside',
  TF_WORKSPACE: 'refused with `backend`, else set aside',
  TF_ENCRYPTION: 'kept with `backend`, else set aside',
  'TF_VAR_*': 'set aside',
  'TF_AWS_DEFAULT_TAGS_*': 'set aside',
  'TF_AWS_IGNORE_TAGS_*': 'kept',
  TF_REATTACH_PROVIDERS: 'set aside',
  TF_INPUT: 'set aside',
  TF_IN_AUTOMATION: 'set aside',
  'TF_CLOUD_*': 'set aside',
  'TF_LOG_PATH*': 'made absolute',
  'TF_LOG*': 'kept',
  TF_CLI_CONFIG_FILE: 'made absolute',
  TERRAFORM_CONFIG: 'made absolute',
  TF_PLUGIN_CACHE_DIR: 'made absolute',
  TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: 'kept',
  'TF_TOKEN_*': 'kept',
  'TF_REGISTRY_*': 'kept',
  AWS_CONFIG_FILE: 'made absolute',
  AWS_SHARED_CREDENTIALS_FILE: 'made absolute',
  AWS_CA_BUNDLE: 'made absolute',
  SSL_CERT_FILE: 'made absolute',
  GOOGLE_APPLICATION_CREDENTIALS: 'made absolute',
  KUBE_CONFIG_PATH: 'made absolute',
  ARM_CLIENT_CERTIFICATE_PATH: 'made absolute',
  ARM_OIDC_TOKEN_FILE_PATH: 'made absolute',
};

interface Place {
  /** Absolute path of the directory in which the job's own steps run. */
  readonly directory: string;
  readonly hasBackend: boolean;
}

interface TerraformEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Names of the job's variables that Terraform does not get, in order. */
  readonly setAside: readonly string[];
}

/** A job's environment for Terraform, less the Action's inputs, which can be secrets. Throws `invalid-input`. */
export function terraformEnvironment(env: Environment, place: Place): TerraformEnvironment {
  const setAside: string[] = [];
  const passed = Object.entries(env).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || name.toUpperCase().startsWith('INPUT_')) return [];
    // An empty variable counts for none: a workflow cannot take one away.
    if (value === '') return [[name, value]];
    const treatment = treatmentOf(name);
    if (treatment === 'made absolute')
      return [[name, value.startsWith('~') ? value : resolve(place.directory, value)]];
    if (treatment === 'refused with `backend`, else set aside' && place.hasBackend)
      throw refused(name, value);
    const keptWithBackend = treatment === 'kept with `backend`, else set aside' && place.hasBackend;
    if (treatment === 'kept' || keptWithBackend) return [[name, value]];
    setAside.push(name);
    return [];
  });
  return {
    env: { CHECKPOINT_DISABLE: '1', ...Object.fromEntries(passed), TF_IN_AUTOMATION: '1', TF_INPUT: '0' },
    setAside: setAside.sort(),
  };
}

function treatmentOf(name: string): Treatment {
  const fits = ([row]: readonly [string, Treatment]) =>
    row.endsWith('*') ? name.startsWith(row.slice(0, -1)) : name === row;
  return Object.entries(variables).find(fits)?.[1] ?? 'kept';
}

function refused(name: string, value: string): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `${name} is ${JSON.stringify(value)} in this job, and would choose another state than \`backend-config\` names.`,
    remedy: `Empty it for this step (\`env: { ${name}: '' }\`), and give this configuration a state of its own by \`key\`, or what the backend calls it, in \`backend-config\`.`,
  });
}
