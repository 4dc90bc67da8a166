import { UserError } from '../base/errors.ts';
import { parsePrincipalArn } from '../config/arn.ts';
import {
  acceptingTrustPolicy,
  type IdTokenClaims,
  subjectScope,
  subjectWithoutIds,
} from '../iam/id-token.ts';
import { type AwsError, readAwsError } from './aws-error.ts';
import { credentialsError } from './credentials-error.ts';
import { isUntrustedCertificate, untrustedCertificateRemedy } from './network-error.ts';
import { explainKnown, type KnownFailure } from './problem.ts';
import { idTokenPermission } from './sign-in-error.ts';

/** What was asked of AWS when it refused an ID token. */
export interface WebIdentityRequest {
  readonly region: string;
  readonly roleArn: string;
  readonly audience: string;
  readonly durationSeconds?: number;
  /** The last token's; absent when no token was got, or none that could be read. */
  readonly claims?: IdTokenClaims;
}

type Failure = WebIdentityRequest & AwsError;

const seen = ({ claims }: Failure) =>
  claims === undefined
    ? 'The token could not be read.'
    : `The job's token says\n  sub: ${claims.sub}\n  aud: ${claims.aud}\n  iss: ${claims.iss}`;

/** Told with AWS's own words, and with the claims of the token. */
const withClaims = (what: string) => (failure: Failure) => `${what}: ${failure.message}. ${seen(failure)}`;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors */
const known: readonly KnownFailure<Failure>[] = [
  {
    codes: ['AccessDenied'],
    message: (failure) =>
      `${withClaims(`AWS does not let this job assume ${failure.roleArn}`)(failure)}${formatOf(failure)}`,
    remedy: ({ claims, roleArn }) =>
      claims === undefined
        ? 'Check the trust policy of the role, and that the role exists.'
        : acceptanceRemedy(claims, roleArn),
  },
  {
    codes: ['InvalidIdentityToken'],
    says: /No OpenIDConnect provider/i,
    message: (failure) => {
      const account = parsePrincipalArn(failure.roleArn)?.accountId ?? 'of the role';
      return withClaims(`Account ${account} has no OIDC provider for this token`)(failure);
    },
    remedy: ({ claims, audience }) =>
      `Create it there once: aws iam create-open-id-connect-provider --url ${claims?.iss ?? "the token's issuer"} --client-id-list ${audience}`,
  },
  {
    codes: ['InvalidIdentityToken'],
    says: /audience/i,
    message: withClaims("The OIDC provider in AWS does not accept the token's audience"),
    remedy: ({ audience }) =>
      `Add ${audience} to the provider's client IDs, or set audience to one that it has.`,
  },
  {
    codes: ['InvalidIdentityToken'],
    message: withClaims('AWS does not accept the token, not even a fresh one'),
    remedy:
      "Check that AWS can reach the issuer's /.well-known/openid-configuration and keys (a GitHub Enterprise Server has to be reachable from the internet), and the thumbprint of the OIDC provider in AWS.",
  },
  {
    codes: ['ExpiredToken'],
    message: withClaims('AWS finds a token expired that was fetched a moment ago'),
    remedy: 'Check the clock of the GitHub server that issues the tokens, and of the runner.',
  },
  {
    codes: ['ValidationError'],
    says: /DurationSeconds/,
    message: ({ durationSeconds = "of AWS's default 3600", message }) =>
      `role-duration-seconds ${durationSeconds} is refused: ${message}`,
    remedy: ({ roleArn }) =>
      `Lower role-duration-seconds (from 900; long runs renew their session), or raise the maximum session duration of ${roleArn}.`,
  },
  {
    codes: ['ValidationError'],
    says: /arn/i,
    message: ({ roleArn, message }) => `AWS does not accept role-to-assume ${roleArn}: ${message}`,
    remedy:
      "Copy the role's ARN from the IAM console: arn:aws:iam::123456789012:role/NAME, with its path if it has one.",
  },
  {
    codes: ['IDPCommunicationError'],
    message: withClaims("AWS could not reach the token's issuer in several tries"),
    remedy:
      'Run the job again; if it stays, check that the issuer answers from the internet (githubstatus.com for GitHub itself).',
  },
  {
    codes: ['IdTokenRefused'],
    message: ({ message }) => `GitHub refused this job an ID token: ${message}`,
    // A job that is not allowed to ask at all is told so before.
    remedy:
      'Run the job again: what GitHub gave it to ask with may have expired. If it stays, check that the workflow, or the job, says:\n' +
      idTokenPermission,
  },
  {
    codes: ['IdTokenUnavailable'],
    message: ({ audience, message }) => `GitHub gave no ID token for audience ${audience}: ${message}`,
    remedy: ({ message }) =>
      isUntrustedCertificate(message)
        ? untrustedCertificateRemedy
        : 'Run the job again (githubstatus.com tells of outages); behind a proxy, let the runner reach its ID token service.',
  },
];

/** The UserError for a refused AssumeRoleWithWebIdentity, or for an ID token that could not be got, with the next step. */
export function webIdentityError(error: unknown, request: WebIdentityRequest): UserError {
  if (error instanceof UserError) return error;
  const failure = readAwsError(error);
  const problem = explainKnown(known, { ...request, ...failure });
  const other = problem ? undefined : credentialsError(error, request);
  return (
    other ??
    new UserError({
      reason: 'credentials',
      message: `Assuming ${request.roleArn} failed (${failure.code}): ${failure.message}`,
      remedy: 'Check role-to-assume and the trust policy of that role.',
      ...problem,
      cause: error,
    })
  );
}

function formatOf({ claims }: Failure): string {
  const old = claims && subjectWithoutIds(claims.sub);
  return old === undefined
    ? ''
    : `\nThis sub carries GitHub's immutable owner and repository IDs; a trust policy written for "${old}" does not match it.`;
}

/** Never a trust policy by which code that nobody has merged, or a job without its approval, could become the role. */
function acceptanceRemedy(claims: IdTokenClaims, roleArn: string): string {
  const key = `${claims.iss.replace(/^https:\/\//, '')}:sub`;
  switch (subjectScope(claims)) {
    case 'unmerged':
      return `Set role-to-assume to the plan role (KolenaS3Plan, unless the stack was told another name), which only reads: this job runs code that nobody has merged, and no role that writes is to trust it. If this role is the plan role, check that it exists, and that ${key} in its trust policy names this sub.`;
    case 'branch':
      return `Check that the role exists, and compare ${key} in its trust policy with this sub, letter by letter. If it names an environment, add \`environment: NAME\` with that name to the job. If it names another branch, run the job there.`;
    case 'environment':
      return (
        'Check that the role exists, and compare its trust policy, letter by letter, with this one, which accepts the token:\n' +
        JSON.stringify(acceptingTrustPolicy(claims, roleArn), null, 2)
      );
    case 'any':
      return `Check that the role exists, and compare ${key} in its trust policy with this sub, letter by letter. This sub names neither branch nor environment, so a role that trusts it alone trusts every pull request: add \`context\` to the claims of the sub in the OIDC settings of the repository or organization.`;
  }
}
