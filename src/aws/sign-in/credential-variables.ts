import type { AwsCredentials } from '../clients.ts';
import { regionOf, type Environment } from '../../base/environment.ts';

/** Variables by which a child process would look for other credentials than those it is given. */
const competing = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

/**
 * The `AWS_*` variables that sign a child process in, and it alone. What competes with them is the empty string, which AWS's SDKs
 * and Terraform read as unset; the region is given only where `env` names none.
 */
export function credentialVariables(
  keys: AwsCredentials,
  region: string,
  env: Environment,
): Record<string, string> {
  return {
    ...Object.fromEntries(competing.map((name) => [name, ''])),
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    AWS_REGION: regionOf(env, region),
  };
}
