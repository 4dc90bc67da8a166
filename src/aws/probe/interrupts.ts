import { setMaxListeners } from 'node:events';

/** Where an edge learns that the run is to end. */
export interface Interrupts {
  /** Calls `handler` with `SIGINT` or `SIGTERM`; gives the way to stop listening. */
  listen(handler: (signal: NodeJS.Signals) => void): () => void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** The signals that a runner sends to end a job; while somebody listens they do not end the process by themselves. */
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
