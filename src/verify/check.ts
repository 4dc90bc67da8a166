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

/** Whether the access is proven: nothing failed, and at least one check passed by looking at AWS. */
export function isVerified(checks: readonly Check[]): boolean {
  return checks.some(({ status }) => status === 'pass') && checks.every(({ status }) => status !== 'fail');
}
