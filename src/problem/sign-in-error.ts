import { UserError } from '../base/errors.ts';
import { readAwsError } from './aws-error.ts';
import { credentialsError } from './credentials-error.ts';
import { denialRemedy } from './denial-remedy.ts';
import type { Environment } from '../base/environment.ts';

/** The failure of ambient credentials, from finding them to GetCallerIdentity; AWS's own words are always kept. */
export function ambientError(error: unknown, region: string): UserError {
  const known = credentialsError(error, { region });
  if (known !== undefined) return known;
  const { code, message } = readAwsError(error);
  const addTo = "the caller's policy, and check the trust policy of any role that is to be assumed";
  const problem =
    code === 'AccessDenied'
      ? { message: `AWS denies the sign-in: ${message}`, remedy: denialRemedy(message, addTo) }
      : {
          message: `Signing in to AWS failed (${code}): ${message}`,
          remedy:
            'Check the ambient AWS credentials with aws sts get-caller-identity, or use role-to-assume.',
        };
  return new UserError({ reason: 'credentials', ...problem, cause: error });
}

/** A source of credentials that is named, and that gave none. */
export function emptySourceError(source: string, cause: unknown): UserError {
  return new UserError({
    reason: 'credentials',
    message: `AWS credentials are named by ${source}, but none could be loaded from there: ${readAwsError(cause).message}`,
    remedy: `Correct ${source} and what belongs to it, or unset it; in a workflow, role-to-assume needs none of them.`,
    cause,
  });
}

/** The error for a command that needs AWS when there is neither a role to assume nor any ambient credentials. */
export function missingCredentials(env: Environment): UserError {
  const empty = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].filter((name) => env[name] === '');
  const seen =
    empty.length === 0 ? '' : ` ${empty.join(' and ')} is set, but empty: is the secret defined here?`;
  return new UserError({
    reason: 'credentials',
    message: `No AWS credentials: role-to-assume is not set, and neither the environment nor a profile nor the machine has any.${seen}`,
    remedy:
      env['GITHUB_ACTIONS'] === 'true'
        ? `Set role-to-assume to your deploy role's ARN and allow the job an ID token:\n${idTokenPermission}`
        : 'Sign in, for example with aws sso login and AWS_PROFILE, or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  });
}

/** What a workflow has to say so that its jobs may ask GitHub for an ID token. */
export const idTokenPermission = 'permissions:\n  id-token: write\n  contents: read';
