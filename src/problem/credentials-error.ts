import { UserError } from '../base/errors.ts';
import { type AwsError, readAwsError } from './aws-error.ts';
import { networkProblem } from './network-error.ts';
import { explainKnown, type KnownFailure } from './problem.ts';

type Failure = AwsError & { readonly region: string };

const clockIsOff = {
  message: ({ message }: Failure) => `The runner's clock is off: ${message}`,
  remedy: "Set the runner's clock (chronyd, systemd-timesyncd): AWS accepts five minutes of difference.",
};

/** What gets a run on whose credentials reached their end. */
export const expiredRemedy =
  'Run again with new ones: sign in right before this step (locally: aws sso login), or use role-to-assume, which renews them between commands. If one command of Terraform outlasts them, raise role-duration-seconds.';

/** Any call's credentials, as https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and S3's list name them. */
const known: readonly KnownFailure<Failure>[] = [
  {
    codes: ['SignatureDoesNotMatch', 'RequestExpired', 'InvalidSignature'],
    says: /expired|not yet current|too skewed/i,
    ...clockIsOff,
  },
  { codes: ['RequestTimeTooSkewed'], ...clockIsOff },
  {
    codes: ['SignatureDoesNotMatch', 'InvalidSignature', 'IncompleteSignature'],
    message: ({ message }) =>
      `AWS does not accept the signature: the secret access key does not belong to the access key ID. ${message}`,
    remedy:
      'Set AWS_SECRET_ACCESS_KEY again, without spaces or line ends, or use role-to-assume and store no key at all.',
  },
  {
    codes: ['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired'],
    message: ({ message }) => `The AWS credentials have expired: ${message}`,
    remedy: expiredRemedy,
  },
  {
    codes: [
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'UnrecognizedClient',
      'InvalidToken',
      'AuthFailure',
    ],
    message: ({ message, host, region }) =>
      `AWS does not know the access key${host === undefined ? '' : ` at ${host}`} (aws-region ${region}): ${message}`,
    remedy:
      "Check that the key exists and is active, that its AWS_SESSION_TOKEN is set if it is a temporary one, and that aws-region is of the key's partition (cn-* for China, us-gov-* for GovCloud) and enabled in the account.",
  },
  {
    codes: ['RegionDisabled'],
    message: ({ message, region }) => `STS is not active in ${region}: ${message}`,
    remedy: ({ region }) =>
      `Activate STS for ${region} in the IAM console (Account settings), or set aws-region to a region where it is active.`,
  },
  {
    codes: ['OptInRequired', 'SubscriptionRequired'],
    message: ({ message, region }) => `The account is not allowed to use ${region}: ${message}`,
    remedy: ({ region }) => `Enable ${region} for the account, or set aws-region to an enabled region.`,
  },
];

/** The UserError for a call that failed for its credentials or on its way to AWS; `undefined` for any other failure. */
export function credentialsError(error: unknown, { region }: Pick<Failure, 'region'>): UserError | undefined {
  if (error instanceof UserError) return error;
  const failure = readAwsError(error);
  const problem = networkProblem(failure) ?? explainKnown(known, { ...failure, region });
  return problem && new UserError({ reason: 'credentials', ...problem, cause: error });
}
