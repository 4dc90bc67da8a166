import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { saidBy, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isUntrustedCertificate } from '../../problem/network-error.ts';
import { readAwsError, isTransient } from '../../problem/aws-error.ts';
import type { AwsCredentials } from '../clients.ts';
import { type IdTokenClaims, idTokenClaims } from '../../iam/id-token.ts';
import { webIdentityError } from '../../problem/web-identity-error.ts';

export interface WebIdentityProps {
  /** GitHub's ID token for an audience: `core.getIDToken`. */
  readonly getIdToken: (audience: string) => Promise<string>;
  readonly audience: string;
  /** Keeps a secret out of the logs: `core.setSecret`. */
  readonly mask: (secret: string) => void;
  /** Milliseconds. @default 10000 */
  readonly tokenTimeout?: number;
  /** Asked once per try: a client with `maxAttempts: 1`, since the SDK would repeat a call with the same token. */
  readonly sts: Pick<STSClient, 'send'>;
  readonly region: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds?: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tries, with 0.25 to 4 s between, jittered; only failures that may pass are tried again. */
const maxTries = 5;

/** Assumes a role by a fresh token per try. Throws `credentials`, which shows the token's claims, never the token. */
export async function assumeWithIdToken(props: WebIdentityProps): Promise<AwsCredentials> {
  const { region, roleArn, audience, durationSeconds, clock, log } = props;
  let refusals = 0;
  for (let tries = 1; ; tries += 1) {
    let claims: IdTokenClaims | undefined;
    try {
      const token = await freshToken(props);
      claims = idTokenClaims(token);
      return await exchange(token, props);
    } catch (error) {
      refusals += isStaleToken(error) ? 1 : 0;
      if (tries === maxTries || refusals > 1 || !mayPass(error)) {
        throw webIdentityError(error, defined({ region, roleArn, audience, durationSeconds, claims }));
      }
      const wait = Math.round(500 * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
      const { code, message } = readAwsError(error);
      log.info(
        `Signing in to AWS failed (${code}: ${message}); trying again in ${(wait / 1000).toFixed(1)} s.`,
      );
      await clock.sleep(wait);
    }
  }
}

/** A fresh token can mend a refusal for age or keys, but not one for provider or audience. */
function isStaleToken(error: unknown): boolean {
  const { code, message } = readAwsError(error);
  return (
    code === 'ExpiredToken' ||
    (code === 'InvalidIdentityToken' && !/No OpenIDConnect provider|audience/i.test(message))
  );
}

function mayPass(error: unknown): boolean {
  const failure = readAwsError(error);
  if (isUntrustedCertificate(failure.message)) return false;
  return isStaleToken(error) || failure.code === 'IdTokenUnavailable' || isTransient(failure);
}

/** A masked ID token. Errors have `code` `IdTokenRefused` when asking again is useless, else `IdTokenUnavailable`. */
async function freshToken({
  getIdToken,
  audience,
  mask,
  tokenTimeout = 10_000,
}: WebIdentityProps): Promise<string> {
  // GitHub's service can hang for minutes (grafana/shared-workflows#2249).
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(reject, tokenTimeout, new Error(`no answer within ${tokenTimeout / 1000} s`)).unref();
  });
  try {
    const token = await Promise.race([getIdToken(audience), tooLate]);
    mask(token);
    return token;
  } catch (cause) {
    throw cause instanceof UserError ? cause : tokenError(cause);
  }
}

function tokenError(cause: unknown): Error {
  // `@actions/core` gives the HTTP status in its message alone, spread over several lines.
  const message = saidBy(cause)
    .replace(/\s+/g, ' ')
    .replace(/^Error message: /, '')
    // Without an answer there is no status.
    .replace(/^Failed to get ID Token\. Error Code : undefined Error Message: /, '');
  const code = /Error Code : 4(?!08|29)\d\d/.test(message) ? 'IdTokenRefused' : 'IdTokenUnavailable';
  return Object.assign(new Error(message, { cause }), { code });
}

async function exchange(token: string, props: WebIdentityProps): Promise<AwsCredentials> {
  const { Credentials: keys } = await props.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: props.roleArn,
      RoleSessionName: props.sessionName,
      WebIdentityToken: token,
      DurationSeconds: props.durationSeconds,
    }),
  );
  if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken || !keys.Expiration) {
    throw new Error('STS answered without credentials');
  }
  return {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
    expiration: keys.Expiration,
  };
}
