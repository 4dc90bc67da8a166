import type { Edges } from './edges.ts';
import { asUserError } from './failure.ts';
import type { Inputs } from './inputs.ts';
import type { Report } from '../report/report.ts';
import type { Outputs } from './runner.ts';
import { secretsOf } from './secrets.ts';

/** What a run has learned so far; secrets that turn up in it are hidden from then on. */
export interface RunReport {
  readonly current: Report;
  readonly outputs: Outputs;
  add(part: Partial<Report>): void;
  note(sentence: string): void;
  output(part: Outputs): void;
  fail(error: unknown): void;
}

/** Starts with the inputs alone; without a config when that is not valid. */
export function startReport(
  { settings, config }: Pick<Inputs, 'settings'> & Partial<Inputs>,
  { runner, event }: Edges,
): RunReport {
  let outputs: Outputs = {};
  let current: Report = {
    command: settings.command,
    outcome: 'failed',
    ...(config !== undefined && { config }),
    backend: settings.backend !== undefined,
    notes: [],
    ...(event.commit !== undefined && { commit: event.commit }),
    ...(event.runUrl !== undefined && { runUrl: event.runUrl }),
    time: new Date().toISOString(),
  };
  const add = (part: Partial<Report>) => {
    current = { ...current, ...part };
    runner.hide(secretsOf(current, settings));
  };
  add({});
  return {
    get current() {
      return current;
    },
    get outputs() {
      return outputs;
    },
    add,
    note: (sentence) => {
      runner.info(sentence);
      add({ notes: [...current.notes, sentence] });
    },
    output: (part) => {
      outputs = { ...outputs, ...part };
    },
    fail: (error) => {
      const { reason, message, remedy } = asUserError(error, settings.command);
      add({ outcome: 'failed', failure: { reason, message, remedy } });
    },
  };
}
