import type { Log } from '../base/log.ts';

/** Tells on the console; of an app's output, `cdktf` shows standard error as it comes and standard output only when asked. */
export const consoleLog: Log = {
  info: (line) => {
    console.log(line);
  },
  warning: (message) => {
    console.error(`Warning: ${message}`);
  },
  group: (name, work) => {
    console.log(name);
    return work();
  },
};
