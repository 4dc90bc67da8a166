import type { Log } from '../base/log.ts';

/** Writes to the console. `cdktf` shows an app's standard error at once, its standard output only when asked. */
export const consoleLog: Log = {
  info: (line) => console.log(line),
  warning: (message) => console.error(`Warning: ${message}`),
  group: (name, work) => {
    console.log(name);
    return work();
  },
};
