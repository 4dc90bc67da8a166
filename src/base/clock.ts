/** Time and its passing; handed in, so that a test need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when `abort` is aborted before the time is over. */
  sleep(milliseconds: number, abort?: AbortSignal): Promise<void>;
}
