/** One call that reached AWS, under the name that IAM gives it. A call that needs two permissions is two entries. */
export interface ApiCall {
  /** As `iam`, `s3`, `sts`, `kms`. */
  readonly service: string;
  /** IAM's action, as `s3:GetBucketCORS`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  /** ARN as GetCallerIdentity answers; `anonymous` for an unsigned request. */
  readonly principal: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Of the answer; 0 while unanswered or cut off. */
  readonly status: number;
  /** The answer's AWS error code. */
  readonly errorCode?: string;
}
