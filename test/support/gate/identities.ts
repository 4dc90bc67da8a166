import { randomBytes } from 'node:crypto';
import type { AwsError } from './aws-error.ts';
import type { Credentials, Principal } from './principal.ts';
import type { AwsRequest } from './request.ts';
import { expiryOf, isSignedWith } from './signature.ts';

/** A principal whose keys this world gave out. */
export interface Identity extends Principal {
  readonly kind: 'root' | 'user' | 'session';
  /** Context keys that tell where its calls come from; a session calls from where it was opened. @default this machine */
  readonly place?: Readonly<Record<string, string>>;
  /** The session's own policy, which narrows the role's. */
  readonly sessionPolicy?: object;
  /** Milliseconds since the epoch; absent for keys that live for ever. */
  readonly expires?: number;
}

/** Who holds which keys. */
export interface Identities {
  /** Gives out keys. */
  issue(identity: Omit<Identity, 'credentials'>): Identity;
  /** Who signed a request, `undefined` for an unsigned one, or the error that AWS answers. */
  authenticate(request: AwsRequest): Identity | AwsError | undefined;
}

/** An empty register of keys. */
export function openIdentities(): Identities {
  const byKey = new Map<string, Identity>();
  return {
    issue(identity) {
      const issued = { ...identity, credentials: newCredentials(identity.kind === 'session') };
      byKey.set(issued.credentials.accessKeyId, issued);
      return issued;
    },
    authenticate(request) {
      if (request.accessKeyId === undefined) return undefined;
      const identity = byKey.get(request.accessKeyId);
      return identity === undefined ? unknownKey(request.service) : (refusal(request, identity) ?? identity);
    },
  };
}

function refusal(request: AwsRequest, { credentials, expires = Infinity }: Identity): AwsError | undefined {
  const token =
    request.headers['x-amz-security-token'] ?? request.query.get('X-Amz-Security-Token') ?? undefined;
  if (token !== credentials.sessionToken) {
    return request.service === 's3'
      ? {
          status: 400,
          code: 'InvalidToken',
          message: 'The provided token is malformed or otherwise invalid.',
        }
      : unknownKey(request.service);
  }
  if (Date.now() > expires) {
    return request.service === 's3'
      ? { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' }
      : {
          status: 403,
          code: 'ExpiredToken',
          message: 'The security token included in the request is expired',
        };
  }
  if (!isSignedWith(request, credentials.secretAccessKey)) {
    const message = 'The request signature we calculated does not match the signature you provided.';
    return { status: 403, code: 'SignatureDoesNotMatch', message };
  }
  return Date.now() > (expiryOf(request) ?? Infinity)
    ? { status: 403, code: 'AccessDenied', message: 'Request has expired' }
    : undefined;
}

function unknownKey(service: string): AwsError {
  return service === 's3'
    ? {
        status: 403,
        code: 'InvalidAccessKeyId',
        message: 'The AWS Access Key Id you provided does not exist in our records.',
      }
    : {
        status: 403,
        code: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      };
}

function newCredentials(session: boolean): Credentials {
  const suffix = randomBytes(10).toString('hex').toUpperCase().slice(0, 16);
  return {
    accessKeyId: `${session ? 'ASIA' : 'AKIA'}${suffix}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    ...(session && { sessionToken: randomBytes(60).toString('base64') }),
  };
}
