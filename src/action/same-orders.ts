import { parse } from 'yaml';
import { isMapping } from '../base/mapping.ts';
import { sortKeys } from '../base/sort-keys.ts';

/**
 * Whether two versions of a file tell a run the same: of a workflow this Action's own `with:` in the run's job, of any
 * other file all that its YAML says. Comments and the rest of a workflow tell it nothing.
 */
export function saysTheSame(path: string, job: string | undefined): (here: string, there: string) => boolean {
  const isWorkflow = path.startsWith('.github/workflows/');
  const canonical = (text: string) =>
    JSON.stringify(sortKeys(isWorkflow ? ordersIn(read(text), job) : read(text)));
  return (here, there) => canonical(here) === canonical(there);
}

/** The `with:` of the job's steps that use this Action; a job that is not found counts with all of the file. */
function ordersIn(workflow: unknown, job: string | undefined): unknown {
  const jobs = mapping(mapping(workflow)['jobs']);
  const own = job === undefined ? undefined : mapping(jobs[job])['steps'];
  if (!Array.isArray(own)) return workflow;
  return own
    .map(mapping)
    .filter(({ uses }) => typeof uses === 'string' && /^\.|kolena-s3-access/.test(uses))
    .map(({ with: given }) => given ?? {});
}

function read(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // Not YAML: it says what its text is.
    return text;
  }
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}
