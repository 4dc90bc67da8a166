import { UserError } from '../../base/errors.ts';

export interface FreshTokenProps {
  readonly getIdToken: (audience: string) => Promise<string>;
  readonly audience: string;
  readonly mask: (secret: string) => void;
  /** Milliseconds. @default 10000 */
  readonly tokenTimeout?: number;
}

/**
 * One ID token from GitHub, masked. GitHub's service can hang for minutes (grafana/shared-workflows#2249), so the wait is bounded.
 * Throws errors with `code` `IdTokenRefused` when asking again is useless, else `IdTokenUnavailable`.
 */
export async function freshToken({
  getIdToken,
  audience,
  mask,
  tokenTimeout = 10_000,
}: FreshTokenProps): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${tokenTimeout / 1000} s`));
    }, tokenTimeout);
  });
  try {
    const token = await Promise.race([getIdToken(audience), tooLate]);
    mask(token);
    return token;
  } catch (cause) {
    throw cause instanceof UserError ? cause : tokenError(cause);
  } finally {
    clearTimeout(timer);
  }
}

function tokenError(cause: unknown): Error {
  // `@actions/core` gives the HTTP status in its message alone, spread over several lines.
  const message = (cause instanceof Error ? cause.message : String(cause))
    .replace(/\s+/g, ' ')
    .replace(/^Error message: /, '')
    // Without an answer there is no status.
    .replace(/^Failed to get ID Token\. Error Code : undefined Error Message: /, '');
  const code = /Error Code : 4(?!08|29)\d\d/.test(message) ? 'IdTokenRefused' : 'IdTokenUnavailable';
  return Object.assign(new Error(message, { cause }), { code });
}
