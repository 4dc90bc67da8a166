/** What goes wrong with calls that match; takes hold before authorization. */
export interface Fault {
  /** IAM action, `*` as wildcard: `s3:GetBucketCORS`, `sts:*`, `*`. */
  readonly action: string;
  /** Only calls on resources that hold this text. */
  readonly resource?: string;
  /** How many calls it strikes. @default all */
  readonly times?: number;
  /** The answer instead of AWS's own. @default AWS's own answer, late */
  readonly answer?: FaultAnswer;
  /** Milliseconds before anything happens. @default 0 */
  readonly delay?: number;
}

/** An error answer, or a connection that is cut. */
export type FaultAnswer =
  { readonly status: number; readonly code: string; readonly message: string } | 'reset';

/** How long IAM goes on answering from before a change, as it does in AWS while a change spreads. */
export interface Propagation {
  /** AssumeRole calls on a role after a change of its trust policy, or its creation, that still see the old one. */
  readonly trustCalls?: number;
  /** The same by time, in milliseconds. */
  readonly trustMs?: number;
  /** Calls of a principal after a change of its permissions that still see the old ones. */
  readonly permissionCalls?: number;
  /** The same by time, in milliseconds. */
  readonly permissionMs?: number;
  /** Milliseconds for which GetRole answers what it answered before a change of the role. */
  readonly readMs?: number;
}

/** AWS is busy, as S3 and IAM say it. */
export const throttled = { status: 400, code: 'Throttling', message: 'Rate exceeded' } as const;
export const slowDown = {
  status: 503,
  code: 'SlowDown',
  message: 'Please reduce your request rate.',
} as const;
export const internalError = {
  status: 500,
  code: 'InternalError',
  message: 'We encountered an internal error.',
} as const;
