import { setMaxListeners } from 'node:events';
import { UserError } from '../../base/errors.ts';

/** Where an edge learns that the run is to end. */
export interface Interrupts {
  /** Calls `handler` with `SIGINT`, `SIGTERM` or `SIGHUP`; gives the way to stop listening. */
  listen(handler: (signal: NodeJS.Signals) => void): () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The signals by which a runner or a closed terminal ends a job; while somebody listens they do not end the process by themselves. */
export const processInterrupts: Interrupts = {
  listen(handler) {
    for (const signal of signals) process.on(signal, handler);
    return () => {
      for (const signal of signals) process.off(signal, handler);
    };
  },
};

/** A way to end many calls at once, all of which may listen to it. */
export function abortsMany(): AbortController {
  const controller = new AbortController();
  // Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, controller.signal);
  return controller;
}

/** What ends a check that a signal interrupted. */
export function interruptedBy(signal: NodeJS.Signals, roleName: string): UserError {
  return new UserError({
    reason: 'verification-failed',
    message: `The check of ${roleName} was ended by ${signal} before it was done.`,
    remedy:
      'Run `command: verify` to check the access; it also clears what a check that was killed left behind.',
  });
}
