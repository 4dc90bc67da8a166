import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { readAwsError } from '../../problem/aws-error.ts';
import type { AwsClientsProps, AwsCredentials } from '../clients.ts';
import { ambientError, emptySourceError } from '../../problem/sign-in-error.ts';

/** Keys of the AWS SDK's default chain; `undefined` without a source. Throws `credentials` when one gives nothing. */
export function ambientCredentials({
  region,
  env,
  http,
}: Required<Pick<AwsClientsProps, 'region' | 'env' | 'http'>>): () => Promise<AwsCredentials | undefined> {
  // The process's environment, profile (SSO, role, process), web identity, container, instance.
  const init = { clientConfig: { region, requestHandler: http } };
  // Half a second is ample for the instance metadata service, and a machine without one may have to wait it out, twice.
  const chain = fromNodeProviderChain({ ...init, timeout: 500, maxRetries: 0 });
  return async () => {
    try {
      // We keep them ourselves; the SDK's copy would be given back for as long as it lives.
      return await chain({ forceRefresh: true });
    } catch (error) {
      if (readAwsError(error).message !== 'Could not load credentials from any providers')
        throw ambientError(error, region);
      const profileFailure = await rejectionOf(fromIni(init));
      const broken = !readAwsError(profileFailure).message.startsWith(
        'Could not resolve credentials using profile',
      );
      if (broken || env['AWS_PROFILE'])
        throw emptySourceError(env['AWS_PROFILE'] ? 'AWS_PROFILE' : 'the default profile', profileFailure);
      const source = variables.find((name) => env[name]);
      if (source !== undefined) throw emptySourceError(source, error);
      return undefined;
    }
  };
}

/** The chain passes over some failures of a profile, such as a credential process that fails, and tells of none. */
async function rejectionOf(provider: () => Promise<unknown>): Promise<unknown> {
  try {
    return await provider();
  } catch (error) {
    return error;
  }
}

/** Each names a source, beside a profile: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html */
const variables = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
];
