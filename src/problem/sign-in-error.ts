import { UserError } from '../base/errors.ts';

import { awsFailure } from './aws-failure.ts';
import { credentialsError } from './credentials-error.ts';
import type { Diagnosis } from './network-error.ts';
import type { Environment } from '../base/environment.ts';
import { missingStatement } from './aws-refusal.ts';

/** The failure of ambient credentials, from finding them to GetCallerIdentity; AWS's own words are always kept. */
export function ambientError(error: unknown, region: string): UserError {
  const known = credentialsError(error, { region });
  if (known !== undefined) return known;
  const { code, message } = awsFailure(error);
  const diagnosis = code === 'AccessDenied' ? denied(message) : unknown(code, message);
  return new UserError({ reason: 'credentials', ...diagnosis, cause: error });
}

/** A source of credentials that is named, and that gave none. */
export function emptySourceError(source: string, cause: unknown): UserError {
  return new UserError({
    reason: 'credentials',
    message: `AWS credentials are named by ${source}, but none could be loaded from there: ${awsFailure(cause).message}`,
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

function denied(message: string): Diagnosis {
  const statement = missingStatement(message);
  return {
    message: `AWS denies the sign-in: ${message}`,
    remedy:
      statement === undefined
        ? 'Have the owner of the policy that AWS names lift the deny.'
        : `Add this statement to the caller's policy, and check the trust policy of a role to be assumed:\n${statement}`,
  };
}

function unknown(code: string, message: string): Diagnosis {
  return {
    message: `Signing in to AWS failed (${code}): ${message}`,
    remedy: 'Check the ambient AWS credentials with aws sts get-caller-identity, or use role-to-assume.',
  };
}
