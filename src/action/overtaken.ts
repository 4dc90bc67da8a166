import { parse } from 'yaml';
import { isMapping } from '../base/mapping.ts';
import { sortKeys } from '../base/sort-keys.ts';
import { messageOf } from '../problem/github-error.ts';
import { historyOf, type RunContext } from './run-context.ts';

/** Whether the branch now says something else: then the run ends green, says so, and leaves the rest to the newer commit's run. */
export async function isOvertaken(run: RunContext): Promise<boolean> {
  const { edges, event, pullRequests, report, settings } = run;
  if (pullRequests === undefined || event.pullRequest?.merged === false) return false;
  try {
    const newer = await pullRequests.findNewer({
      ...historyOf(run),
      isSame: (path, here, there) => ordersIn(path, here, event.job) === ordersIn(path, there, event.job),
    });
    if (newer === undefined) return false;
    const sentence = `Not applied: ${event.branch ?? 'the branch'} says something else since commit ${newer.slice(0, 7)}, and an older run never undoes a newer commit. If that commit has no run, start this workflow by \`workflow_dispatch\` on ${event.branch ?? 'the branch'} with \`command: ${settings.command}\`.`;
    edges.runner.notice(sentence);
    report.note(sentence);
    report.add({ outcome: 'skipped', newer });
    report.output({ skipped: true });
    return true;
  } catch (error) {
    // Under the gate nothing is applied that may be older than the branch; without it GitHub is not needed to apply.
    if (settings['require-approved-plan']) throw error;
    edges.runner.info(`GitHub could not be asked for newer commits of the branch: ${messageOf(error)}`);
    return false;
  }
}

/** What a file tells a run, to be compared: of a workflow this Action's own `with:` in the run's job, of any other file all its YAML. */
function ordersIn(path: string, text: string, job: string | undefined): string {
  const said = read(text);
  const isWorkflow = path.startsWith('.github/workflows/');
  return JSON.stringify(sortKeys(isWorkflow ? stepsIn(said, job) : said));
}

/** The `with:` of the job's steps that use this Action; a job that is not found counts with all of the file. */
function stepsIn(workflow: unknown, job: string | undefined): unknown {
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
