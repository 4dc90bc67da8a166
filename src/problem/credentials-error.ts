import { UserError } from '../base/errors.ts';

import { type AwsError, readAwsError } from './aws-error.ts';
import { networkProblem } from './network-error.ts';
import type { Problem } from './problem.ts';

interface Context {
  readonly region: string;
}

interface Entry {
  readonly codes: readonly string[];
  /** Tells failures apart that share one code. */
  readonly says?: RegExp;
  readonly explain: (error: AwsError, context: Context) => Problem;
}

const clock = "Set the runner's clock (chronyd, systemd-timesyncd): AWS accepts five minutes of difference.";

/** Any call's credentials, as https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and S3's list name them. */
const table: readonly Entry[] = [
  {
    codes: ['SignatureDoesNotMatch', 'RequestExpired', 'InvalidSignature'],
    says: /expired|not yet current|too skewed/i,
    explain: ({ message }) => ({ message: `The runner's clock is off: ${message}`, remedy: clock }),
  },
  {
    codes: ['RequestTimeTooSkewed'],
    explain: ({ message }) => ({ message: `The runner's clock is off: ${message}`, remedy: clock }),
  },
  {
    codes: ['SignatureDoesNotMatch', 'InvalidSignature', 'IncompleteSignature'],
    explain: ({ message }) => ({
      message: `AWS does not accept the signature: the secret access key does not belong to the access key ID. ${message}`,
      remedy:
        'Set AWS_SECRET_ACCESS_KEY again, without spaces or line ends, or use role-to-assume and store no key at all.',
    }),
  },
  {
    codes: ['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired'],
    explain: expiredCredentials,
  },
  {
    codes: [
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'UnrecognizedClient',
      'InvalidToken',
      'AuthFailure',
    ],
    explain: ({ message, host }, { region }) => ({
      message: `AWS does not know the access key${host === undefined ? '' : ` at ${host}`} (aws-region ${region}): ${message}`,
      remedy:
        'Check that the key exists and is active, that its AWS_SESSION_TOKEN is set if it is a temporary one, and that aws-region is of ' +
        "the key's partition (cn-* for China, us-gov-* for GovCloud) and enabled in the account.",
    }),
  },
  {
    codes: ['RegionDisabled'],
    explain: ({ message }, { region }) => ({
      message: `STS is not active in ${region}: ${message}`,
      remedy: `Activate STS for ${region} in the IAM console (Account settings), or set aws-region to a region where it is active.`,
    }),
  },
  {
    codes: ['OptInRequired', 'SubscriptionRequired'],
    explain: ({ message }, { region }) => ({
      message: `The account is not allowed to use ${region}: ${message}`,
      remedy: `Enable ${region} for the account, or set aws-region to an enabled region.`,
    }),
  },
];

/**
 * The UserError for a call that failed for its credentials or on its way to AWS, with the next step; a UserError stays what it is.
 * `undefined` for any other failure, which the caller explains itself.
 */
export function credentialsError(error: unknown, context: Context): UserError | undefined {
  if (error instanceof UserError) return error;
  const failure = readAwsError(error);
  const entry = table.find(
    ({ codes, says }) => codes.includes(failure.code) && (says?.test(failure.message) ?? true),
  );
  const problem = networkProblem(failure) ?? entry?.explain(failure, context);
  return problem && new UserError({ reason: 'credentials', ...problem, cause: error });
}

/** The credentials of this run reached their end; what AWS said of it is kept. */
export function expiredCredentials({ message }: { readonly message: string }): Problem {
  return {
    message: `The AWS credentials have expired: ${message}`,
    remedy:
      'Run again with new ones: sign in right before this step (locally: aws sso login), or use role-to-assume, which ' +
      'renews them between commands. If one command of Terraform outlasts them, raise role-duration-seconds.',
  };
}
