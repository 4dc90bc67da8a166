import type { AwsCredentials, CredentialProvider } from '../clients.ts';

export interface RenewalProps {
  /** Gets credentials anew. */
  readonly fetch: CredentialProvider;
  /** What was fetched already. */
  readonly first?: AwsCredentials;
  /** Told when a renewal fails while the old credentials still hold. */
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

const minute = 60_000;

/** Milliseconds that credentials live on at least when they are given out, where their source allows it. */
export const renewalMargin = 10 * minute;

/**
 * Keeps credentials and renews them when less than 10 minutes are left; asked twice at once, it fetches once. While the old ones
 * hold for another minute, a renewal that fails fails nobody.
 */
export function renewed({ fetch, first, onFailure, now = Date.now }: RenewalProps): CredentialProvider {
  let current = first;
  let pending: Promise<AwsCredentials> | undefined;
  const livesFor = (milliseconds: number) =>
    current !== undefined && (current.expiration?.getTime() ?? Infinity) - now() > milliseconds;

  async function renew(): Promise<AwsCredentials> {
    try {
      current = await fetch();
    } catch (error) {
      if (current === undefined || !livesFor(minute)) throw error;
      onFailure(error);
    } finally {
      pending = undefined;
    }
    return current;
  }

  return () => {
    if (current !== undefined && livesFor(renewalMargin)) return Promise.resolve(current);
    pending ??= renew();
    return pending;
  };
}
