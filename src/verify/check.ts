/** `unprovable`: this run had no way to find out, and says why. */
export type CheckStatus = 'pass' | 'fail' | 'warning' | 'unprovable';

/** One proven, refuted or unprovable sentence about the access. */
export interface Check {
  /** Stable, kebab-case, with its subject where there are several: `lists:share-with-kolena`, `trust-policy`. */
  readonly id: string;
  /** A sentence in the present tense: "Kolena lists s3://share-with-kolena." */
  readonly title: string;
  readonly status: CheckStatus;
  /** What was seen. */
  readonly evidence: string;
  /** The next step; present whenever the status is `fail`. */
  readonly remedy?: string;
}

/** Whether nothing was seen to be wrong, and at least one check passed by looking at AWS. */
export function isUnrefuted(checks: readonly Check[]): boolean {
  return checks.some(({ status }) => status === 'pass') && checks.every(({ status }) => status !== 'fail');
}

/** Whether the access is proven: somebody was in the role and tried to read, and nothing was seen to be wrong. */
export function isVerified(checks: readonly Check[]): boolean {
  return isUnrefuted(checks) && checks.every(({ id, status }) => !(isListing(id) && status === 'unprovable'));
}

/** Listing a bucket or prefix takes a session of the role; all else can look good in documents that a bucket policy undoes. */
function isListing(id: string): boolean {
  return id.startsWith('lists:');
}
