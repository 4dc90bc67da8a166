import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  createIsIdentityExpiredFunction,
  doesIdentityRequireRefresh,
  memoizeIdentityProvider,
} from '@smithy/core';
import type { Caller } from '../../access/observed.ts';
import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/errors.ts';
import { systemClock } from '../clock.ts';
import { ambientCredentials } from './ambient.ts';
import {
  type AwsClients,
  awsClients,
  type AwsCredentials,
  type CredentialProvider,
  endpointOf,
} from '../clients.ts';
import { parsePrincipalArn } from '../../config/arn.ts';
import { regionOf, type Environment } from '../../base/environment.ts';
import { notFromAws } from '../../problem/aws-error.ts';
import { requestHandler, type RequestHandler } from '../network/request-handler.ts';
import {
  ambientError,
  missingCredentials,
  defaultSessionName,
  requireAllowedAccount,
  requireIdToken,
  requirePartition,
} from '../../problem/sign-in-error.ts';
import { assumeWithIdToken, type WebIdentityProps } from './web-identity.ts';

export interface SignInProps
  extends Pick<WebIdentityProps, 'region' | 'log' | 'mask'>, Partial<Pick<WebIdentityProps, 'getIdToken'>> {
  /** ARN of the role to assume by GitHub's OIDC. @default the SDK's own chain of ambient credentials */
  readonly roleToAssume?: string;
  /** @default `kolena-s3-access-<repository>-<run id>` */
  readonly roleSessionName?: string;
  /** Seconds, 900 to 43200 and at most the role's maximum. @default 3600, as AWS does */
  readonly roleDurationSeconds?: number;
  /** @default `sts.amazonaws.com` */
  readonly audience?: string;
  /** Any other account is refused before any other call; empty allows all. */
  readonly allowedAccountIds: readonly string[];
  readonly env: Environment;
  /** Times the pauses between tries. @default the machine's */
  readonly clock?: Clock;
}

/** Signs in; `undefined` without a role or ambient keys. Throws `credentials`, `wrong-account` and `invalid-input`. */
export async function signIn(props: SignInProps) {
  const { region, env } = props;
  const http = requestHandler(env);
  const credentials =
    props.roleToAssume === undefined
      ? await ambient(props, http)
      : webIdentity(props, props.roleToAssume, http);
  if (credentials === undefined) return undefined;
  const shared = { region, credentials, env, http };
  const caller = await callerOf(awsClients(shared));
  requireAllowedAccount(props.allowedAccountIds, caller);
  const clients = awsClients({ ...shared, bucketOwner: caller.accountId });
  return {
    caller,
    clients,
    /** `AWS_*` variables for a child process, with keys renewed when less than 10 minutes of them are left. */
    environment: async () => credentialVariables(await credentials(), region, env),
  };
}

async function ambient(props: SignInProps, http: RequestHandler): Promise<CredentialProvider | undefined> {
  const { region, env } = props;
  const find = ambientCredentials({ region, env, http });
  let found = await find();
  if (found === undefined) return undefined;
  return renewed(async () => {
    const keys = found ?? (await find());
    found = undefined;
    if (keys === undefined) throw missingCredentials(env);
    return keys;
  }, props.mask);
}

function webIdentity(props: SignInProps, roleArn: string, http: RequestHandler): CredentialProvider {
  const { region, env, mask } = props;
  requirePartition(roleArn, region);
  requireAllowedAccount(props.allowedAccountIds, {
    arn: roleArn,
    accountId: parsePrincipalArn(roleArn)?.accountId,
  });
  const getIdToken = requireIdToken(props);
  const sts = new STSClient({ ...endpointOf('STS', env), region, requestHandler: http, maxAttempts: 1 });
  const request = defined({
    ...props,
    sts,
    roleArn,
    getIdToken,
    sessionName: props.roleSessionName ?? defaultSessionName(env),
    audience: props.audience ?? 'sts.amazonaws.com',
    durationSeconds: props.roleDurationSeconds,
    clock: props.clock ?? systemClock,
  });
  return renewed(() => assumeWithIdToken(request), mask);
}

/** Keys, kept out of everything that is shown before anything else sees them. */
export function maskedKeys(keys: AwsCredentials, mask: SignInProps['mask']): AwsCredentials {
  for (const secret of [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken]) if (secret) mask(secret);
  return keys;
}

/** Milliseconds that credentials are valid at least when they are handed out: one command of Terraform runs on them. */
const renewalMargin = 10 * 60_000;

/** Fetches keys, and again when less than 10 minutes are left of them; asked twice at once, it fetches once. */
export function renewed(fetch: CredentialProvider, mask: SignInProps['mask']): CredentialProvider {
  const expiresSoon = createIsIdentityExpiredFunction(renewalMargin);
  const masked = async () => maskedKeys(await fetch(), mask);
  // It is undefined for an undefined `fetch` alone.
  return memoizeIdentityProvider<AwsCredentials>(masked, expiresSoon, doesIdentityRequireRefresh) ?? masked;
}

/** Variables by which a child process would look for other credentials than those it is given. */
const competing = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

/** `AWS_*` variables that sign in a child process alone; AWS's SDKs and Terraform read the empty ones as unset. */
function credentialVariables(keys: AwsCredentials, region: string, env: Environment): Record<string, string> {
  return {
    ...Object.fromEntries(competing.map((name) => [name, ''])),
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    AWS_REGION: regionOf(env, region),
  };
}

async function callerOf({ sts, region }: AwsClients): Promise<Caller> {
  const answer = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    throw ambientError(error, region);
  });
  const { Account: accountId, Arn: arn } = answer;
  if (accountId === undefined || arn === undefined) {
    const { message, remedy } = notFromAws('GetCallerIdentity');
    throw new UserError({ reason: 'credentials', message, remedy });
  }
  return { accountId, arn, partition: arn.split(':')[1] ?? 'aws' };
}
