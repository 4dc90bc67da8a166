import { UserError } from '../base/errors.ts';
import { isUntrustedCertificate, untrustedCertificateRemedy } from './network-error.ts';

import { readAwsError } from './aws-error.ts';
import { credentialsError } from './credentials-error.ts';
import { parsePrincipalArn } from '../config/arn.ts';
import {
  acceptingTrustPolicy,
  type IdTokenClaims,
  subjectScope,
  subjectWithoutIds,
} from '../iam/id-token.ts';
import type { Problem } from './problem.ts';
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

interface Entry {
  readonly codes: readonly string[];
  readonly says?: RegExp;
  readonly explain: (request: WebIdentityRequest, message: string) => Problem;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors */
const table: readonly Entry[] = [
  { codes: ['AccessDenied'], explain: notAuthorized },
  { codes: ['InvalidIdentityToken'], says: /No OpenIDConnect provider/i, explain: noProvider },
  { codes: ['InvalidIdentityToken'], says: /audience/i, explain: wrongAudience },
  { codes: ['InvalidIdentityToken'], explain: tokenNotAccepted },
  { codes: ['ExpiredToken'], explain: tokenExpired },
  { codes: ['ValidationError'], says: /DurationSeconds/, explain: sessionTooLong },
  { codes: ['ValidationError'], says: /arn/i, explain: invalidArn },
  { codes: ['IDPCommunicationError'], explain: issuerUnreachable },
  { codes: ['IdTokenRefused'], explain: noTokenGiven },
  { codes: ['IdTokenUnavailable'], explain: noTokenServed },
];

/** The UserError for a refused AssumeRoleWithWebIdentity, or for an ID token that could not be got, with the next step. */
export function webIdentityError(error: unknown, request: WebIdentityRequest): UserError {
  if (error instanceof UserError) return error;
  const { code, message } = readAwsError(error);
  const entry = table.find(({ codes, says }) => codes.includes(code) && (says?.test(message) ?? true));
  if (entry === undefined) {
    const fallback = {
      message: `Assuming ${request.roleArn} failed (${code}): ${message}`,
      remedy: 'Check role-to-assume and the trust policy of that role.',
    };
    return (
      credentialsError(error, request) ?? new UserError({ reason: 'credentials', ...fallback, cause: error })
    );
  }
  return new UserError({ reason: 'credentials', ...entry.explain(request, message), cause: error });
}

function seen({ claims }: WebIdentityRequest): string {
  if (claims === undefined) return 'The token could not be read.';
  return `The job's token says\n  sub: ${claims.sub}\n  aud: ${claims.aud}\n  iss: ${claims.iss}`;
}

function notAuthorized(request: WebIdentityRequest, message: string): Problem {
  const old = request.claims && subjectWithoutIds(request.claims.sub);
  const format =
    old === undefined
      ? ''
      : `\nThis sub carries GitHub's immutable owner and repository IDs; a trust policy written for "${old}" does not match it.`;
  return {
    message: `AWS does not let this job assume ${request.roleArn}: ${message}. ${seen(request)}${format}`,
    remedy: request.claims === undefined ? unreadRemedy : acceptanceRemedy(request.claims, request.roleArn),
  };
}

const unreadRemedy = 'Check the trust policy of the role, and that the role exists.';

/** Never a trust policy by which code that nobody has merged, or a job without its approval, could become the role. */
function acceptanceRemedy(claims: IdTokenClaims, roleArn: string): string {
  const key = `${claims.iss.replace(/^https:\/\//, '')}:sub`;
  switch (subjectScope(claims)) {
    case 'unmerged':
      return (
        'Set role-to-assume to the plan role (KolenaS3Plan, unless the stack was told another name), which only reads: this job runs code ' +
        'that nobody has merged, and no role that writes is to trust it. If this role is the plan role, check that it exists, and that ' +
        `${key} in its trust policy names this sub.`
      );
    case 'branch':
      return (
        `Check that the role exists, and compare ${key} in its trust policy with this sub, letter by letter. If it names an environment, ` +
        'add `environment: NAME` with that name to the job. If it names another branch, run the job there.'
      );
    case 'environment':
      return (
        'Check that the role exists, and compare its trust policy, letter by letter, with this one, which accepts the token:\n' +
        JSON.stringify(acceptingTrustPolicy(claims, roleArn), null, 2)
      );
    case 'any':
      return (
        `Check that the role exists, and compare ${key} in its trust policy with this sub, letter by letter. This sub names neither branch nor ` +
        'environment, so a role that trusts it alone trusts every pull request: add `context` to the claims of the sub in the ' +
        'OIDC settings of the repository or organization.'
      );
  }
}

function noProvider(request: WebIdentityRequest, message: string): Problem {
  const account = parsePrincipalArn(request.roleArn)?.accountId ?? 'of the role';
  const url = request.claims?.iss ?? "the token's issuer";
  return {
    message: `Account ${account} has no OIDC provider for this token: ${message}. ${seen(request)}`,
    remedy: `Create it there once: aws iam create-open-id-connect-provider --url ${url} --client-id-list ${request.audience}`,
  };
}

function wrongAudience(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `The OIDC provider in AWS does not accept the token's audience: ${message}. ${seen(request)}`,
    remedy: `Add ${request.audience} to the provider's client IDs, or set audience to one that it has.`,
  };
}

function tokenNotAccepted(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `AWS does not accept the token, not even a fresh one: ${message}. ${seen(request)}`,
    remedy:
      "Check that AWS can reach the issuer's /.well-known/openid-configuration and keys (a GitHub Enterprise Server has to be reachable from " +
      'the internet), and the thumbprint of the OIDC provider in AWS.',
  };
}

function tokenExpired(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `AWS finds a token expired that was fetched a moment ago: ${message}. ${seen(request)}`,
    remedy: 'Check the clock of the GitHub server that issues the tokens, and of the runner.',
  };
}

function sessionTooLong(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `role-duration-seconds ${request.durationSeconds ?? "of AWS's default 3600"} is refused: ${message}`,
    remedy: `Lower role-duration-seconds (from 900; long runs renew their session), or raise the maximum session duration of ${request.roleArn}.`,
  };
}

function invalidArn(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `AWS does not accept role-to-assume ${request.roleArn}: ${message}`,
    remedy:
      "Copy the role's ARN from the IAM console: arn:aws:iam::123456789012:role/NAME, with its path if it has one.",
  };
}

function issuerUnreachable(request: WebIdentityRequest, message: string): Problem {
  return {
    message: `AWS could not reach the token's issuer in several tries: ${message}. ${seen(request)}`,
    remedy:
      'Run the job again; if it stays, check that the issuer answers from the internet (githubstatus.com for GitHub itself).',
  };
}

function noTokenGiven(_: WebIdentityRequest, message: string): Problem {
  return {
    message: `GitHub refused this job an ID token: ${message}`,
    // A job that is not allowed to ask at all is told so before.
    remedy:
      'Run the job again: what GitHub gave it to ask with may have expired. If it stays, check that the workflow, or the job, says:\n' +
      idTokenPermission,
  };
}

function noTokenServed({ audience }: WebIdentityRequest, message: string): Problem {
  return {
    message: `GitHub gave no ID token for audience ${audience}: ${message}`,
    remedy: isUntrustedCertificate(message)
      ? untrustedCertificateRemedy
      : 'Run the job again (githubstatus.com tells of outages); behind a proxy, let the runner reach its ID token service.',
  };
}
