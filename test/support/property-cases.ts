import fc from 'fast-check';
import { expect } from 'vitest';

/** Says in which cases a property held. */
const report: fc.Plugin<unknown> = () => ({
  onAllRunsComplete: ({ failed, numRuns, seed }) => {
    const { currentTestName = '' } = expect.getState();
    if (!failed)
      process.stdout.write(`property: ${numRuns} runs passed with seed ${seed}: ${currentTestName}\n`);
  },
});

// The same cases on every run, so that a change is judged by what it changes. CI looks for new ones once a week.
const settings = { seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_123), plugins: [report] };
fc.configureGlobal(settings);
