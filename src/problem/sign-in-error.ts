import { UserError } from '../base/errors.ts';
import { readAwsError } from './aws-error.ts';
import { credentialsError } from './credentials-error.ts';
import { denialRemedy } from './denial.ts';
import type { Environment } from '../base/environment.ts';
import { parsePrincipalArn, partitionOfRegion } from '../config/arn.ts';

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

/** Throws a UserError `wrong-account` unless the account is among the allowed ones, or none are named. */
export function requireAllowedAccount(
  allowed: readonly string[],
  { accountId = 'unknown', arn }: { readonly accountId: string | undefined; readonly arn: string },
): void {
  if (allowed.length === 0 || allowed.includes(accountId)) return;
  throw new UserError({
    reason: 'wrong-account',
    message: `${arn} is of AWS account ${accountId}, but allowed-account-ids allows ${allowed.join(', ')} only.`,
    remedy: `Use credentials of an allowed account (role-to-assume), or add ${accountId} to allowed-account-ids.`,
  });
}

/** Throws UserError `invalid-input` if the role is of China or GovCloud and the region is not, or the other way round. */
export function requirePartition(roleArn: string, region: string): void {
  const expected = partitionOfRegion(region);
  const partition = parsePrincipalArn(roleArn)?.partition ?? expected;
  if (partition === expected) return;
  throw new UserError({
    reason: 'invalid-input',
    message: `role-to-assume ${roleArn} is of partition ${partition}, but aws-region ${region} is of ${expected}.`,
    remedy: `Set aws-region to a region of ${partition}, or role-to-assume to a role of ${expected}.`,
  });
}

interface IdTokenProps {
  readonly env: Environment;
  readonly getIdToken?: (audience: string) => Promise<string>;
}

/** The way to an ID token; throws a UserError `credentials` where the job is not allowed to ask for one. */
export function requireIdToken({ env, getIdToken }: IdTokenProps): (audience: string) => Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
  if (getIdToken !== undefined && url && token) return getIdToken;
  if (env['GITHUB_ACTIONS'] !== 'true')
    throw new UserError({
      reason: 'credentials',
      message: 'role-to-assume is set, but this is not a GitHub Actions job, so there is no ID token.',
      remedy: 'Leave role-to-assume out and sign in by AWS_PROFILE or environment variables.',
    });
  const { GITHUB_EVENT_NAME: event, GITHUB_ACTOR: actor } = env;
  const startedBy = event && actor ? ` (event ${event}, started by ${actor})` : '';
  throw new UserError({
    reason: 'credentials',
    message: `role-to-assume is set, but this job is not allowed to request an ID token${startedBy}.`,
    remedy: `Add to the workflow, or to the job:\n${idTokenPermission}\n${furtherCauses(env)}`,
  });
}

/** What the permission in the job alone does not mend. https://docs.github.com/actions/reference/security/oidc */
function furtherCauses(env: Environment): string {
  const reusable =
    'If they are there and the job is part of a reusable workflow, the job that calls it (`uses: …/.github/workflows/…`) has to grant them too: a called workflow never gets more than its caller has.';
  return env['GITHUB_ACTOR'] === 'dependabot[bot]'
    ? "If they are there: Dependabot's runs can be without an ID token whatever the workflow says; have a person run the job, from a branch of their own."
    : reusable;
}

/** `kolena-s3-access-<owner>-<repository>-<run id>`, in the characters and length that AWS allows. */
export function defaultSessionName(env: Environment): string {
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
  const run = env['GITHUB_RUN_ID'] ? `-${env['GITHUB_RUN_ID']}` : '';
  const repository = env['GITHUB_REPOSITORY'] ? `-${env['GITHUB_REPOSITORY']}` : '';
  const name = `kolena-s3-access${repository}`.replace(/[^\w+=,.@-]/g, '-');
  return `${name.slice(0, 64 - run.length)}${run}`;
}
