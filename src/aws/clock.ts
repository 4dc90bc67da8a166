import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, defined({ signal })),
};
