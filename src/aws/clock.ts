import { setTimeout } from 'node:timers/promises';

/** Time and its passing. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when `abort` is aborted before the time is over. */
  sleep(milliseconds: number, abort?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }),
};
