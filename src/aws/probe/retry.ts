import type { Log } from '../../base/log.ts';
import type { Attempt, Refusal } from '../../verify/observations.ts';
import type { Clock } from '../../base/clock.ts';

/** What ends the waiting of a check, all its questions together. */
export interface RetryLimits {
  readonly clock: Clock;
  /** Milliseconds since 1970 after which nothing is asked again. */
  readonly deadline: number;
  readonly log: Log;
  readonly abort: AbortSignal;
}

/** IAM spreads a change within 2 to 30 seconds, rarely a minute; milliseconds. */
const pauses = { first: 1000, longest: 10_000 };

/** What is waited for, in the words of the log; `undefined` when the answer counts. */
type Awaited = string | undefined;

/** What to ask, and whether asking again makes sense. */
interface Question<T> {
  readonly ask: () => Promise<Attempt<T>>;
  /** What is being waited for after this refusal, by what is read back. @default no waiting mends any */
  readonly retryRefusal?: (refusal: Refusal) => Awaited | Promise<Awaited>;
  /** The same of an answer that may tell of the time before the last change. @default every answer counts */
  readonly retryAnswer?: (value: T) => Awaited | Promise<Awaited>;
}

/** Asks until the answer counts, waiting cannot mend it, or the time is over: backed off from 1 to 10 seconds. */
export async function askWithRetries<T>(
  limits: RetryLimits,
  { ask, retryRefusal, retryAnswer }: Question<T>,
): Promise<Attempt<T>> {
  const { clock, deadline, log, abort } = limits;
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.longest)) {
    abort.throwIfAborted();
    const answer = await ask();
    if (answer.outcome === 'skipped') return answer;
    const left = deadline - clock.now();
    if (left <= 0) return answer;
    const refused = answer.outcome === 'refused';
    const awaited = await (refused ? retryRefusal?.(answer.refusal) : retryAnswer?.(answer.value));
    if (awaited === undefined) return answer;
    const wait = Math.min(pause, left);
    log.info(
      `Waiting ${Math.ceil(wait / 1000)} s for ${awaited}${refused ? ` (${answer.refusal.code})` : ''}.`,
    );
    await clock.sleep(wait, abort);
  }
}

/** The same log, which prints a line that many buckets share once. */
export function eachLineOnce(log: Log): Log {
  const printed = new Set<string>();
  return {
    ...log,
    info(line) {
      if (printed.has(line)) return;
      printed.add(line);
      log.info(line);
    },
  };
}
