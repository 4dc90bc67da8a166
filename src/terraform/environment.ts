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

interface Variable {
  /** With `*` for any ending; the first row that fits counts. */
  readonly name: string;
  readonly treatment: Treatment;
  readonly why: string;
}

/**
 * Terraform's, OpenTofu's and the AWS provider's variables. A variable that is not listed is kept: nothing of these reads it.
 * https://developer.hashicorp.com/terraform/cli/config/environment-variables
 * https://opentofu.org/docs/cli/config/environment-variables/
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs#environment-variables
 */
export const variables: readonly Variable[] = [
  {
    name: 'TF_CLI_ARGS*',
    treatment: 'set aside',
    why: 'Flags such as `-detailed-exitcode`, `-target` or `-out` would change what is planned, or what its end means.',
  },
  { name: 'TF_DATA_DIR', treatment: 'set aside', why: 'Each run has a data directory of its own.' },
  {
    name: 'TF_WORKSPACE',
    treatment: 'refused with `backend`, else set aside',
    why: 'It would choose another state. `key` in `backend-config` tells states apart.',
  },
  {
    name: 'TF_ENCRYPTION',
    treatment: 'kept with `backend`, else set aside',
    why: 'OpenTofu encrypts state and plan with it. Without a backend neither outlives the run.',
  },
  { name: 'TF_VAR_*', treatment: 'set aside', why: 'This configuration has no variables.' },
  {
    name: 'TF_AWS_DEFAULT_TAGS_*',
    treatment: 'set aside',
    why: 'The tags would come and go with the job. `tags` in the config holds them, and shows them to the reviewer.',
  },
  {
    name: 'TF_AWS_IGNORE_TAGS_*',
    treatment: 'kept',
    why: 'Tags that others put on role and policies stay out of the plan.',
  },
  {
    name: 'TF_REATTACH_PROVIDERS',
    treatment: 'set aside',
    why: 'A provider of another process would run with the credentials of this run.',
  },
  { name: 'TF_INPUT', treatment: 'set aside', why: 'Nobody can answer: it is always off.' },
  { name: 'TF_IN_AUTOMATION', treatment: 'set aside', why: 'It is always on.' },
  {
    name: 'TF_CLOUD_*',
    treatment: 'set aside',
    why: 'HCP Terraform does not save plans, so it is not served.',
  },
  { name: 'TF_LOG_PATH*', treatment: 'made absolute', why: 'Where the log goes.' },
  { name: 'TF_LOG*', treatment: 'kept', why: 'The log can hold secrets.' },
  {
    name: 'TF_CLI_CONFIG_FILE',
    treatment: 'made absolute',
    why: 'Mirrors, plugin cache and credentials of registries.',
  },
  { name: 'TERRAFORM_CONFIG', treatment: 'made absolute', why: 'The former name of `TF_CLI_CONFIG_FILE`.' },
  { name: 'TF_PLUGIN_CACHE_DIR', treatment: 'made absolute', why: 'Where providers are kept between runs.' },
  {
    name: 'TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE',
    treatment: 'kept',
    why: 'It takes providers from the cache unchecked: for a cache alone that nobody else can write to.',
  },
  { name: 'TF_TOKEN_*', treatment: 'kept', why: 'Credentials of a registry or mirror.' },
  { name: 'TF_REGISTRY_*', treatment: 'kept', why: 'Retries and time limits of the registry.' },
  { name: 'AWS_CONFIG_FILE', treatment: 'made absolute', why: 'Profiles.' },
  { name: 'AWS_SHARED_CREDENTIALS_FILE', treatment: 'made absolute', why: 'Profiles.' },
  { name: 'AWS_CA_BUNDLE', treatment: 'made absolute', why: 'Certificates.' },
  { name: 'SSL_CERT_FILE', treatment: 'made absolute', why: 'Certificates.' },
  { name: 'GOOGLE_APPLICATION_CREDENTIALS', treatment: 'made absolute', why: 'For the backend `gcs`.' },
  { name: 'KUBE_CONFIG_PATH', treatment: 'made absolute', why: 'For the backend `kubernetes`.' },
  { name: 'ARM_CLIENT_CERTIFICATE_PATH', treatment: 'made absolute', why: 'For the backend `azurerm`.' },
  { name: 'ARM_OIDC_TOKEN_FILE_PATH', treatment: 'made absolute', why: 'For the backend `azurerm`.' },
];

interface Place {
  /** Absolute path of the directory in which the job's own steps run. */
  readonly directory: string;
  readonly hasBackend: boolean;
}

/** The environment of Terraform's commands. */
interface TerraformEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Names of the job's variables that Terraform does not get, in order. */
  readonly setAside: readonly string[];
}

/**
 * What Terraform gets of a job's environment. The Action's inputs, which can be secrets, are left out. Throws `invalid-input`
 * for a variable that is refused.
 */
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
  const row = variables.find((variable) =>
    variable.name.endsWith('*') ? name.startsWith(variable.name.slice(0, -1)) : name === variable.name,
  );
  return row?.treatment ?? 'kept';
}

function refused(name: string, value: string): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `${name} is ${JSON.stringify(value)} in this job, and would choose another state than \`backend-config\` names.`,
    remedy: `Empty it for this step (\`env: { ${name}: '' }\`), and give this configuration a state of its own by \`key\`, or what the backend calls it, in \`backend-config\`.`,
  });
}
