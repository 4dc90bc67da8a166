import { messageOf } from '../problem/github-error.ts';
import { historyOf, type RunContext } from './run-context.ts';
import { saysTheSame } from './same-orders.ts';

/**
 * Whether the branch now says something else than this run would apply: then the run ends green, says so, and leaves
 * the rest to the newer commit's run.
 */
export async function isOvertaken(run: RunContext): Promise<boolean> {
  const { edges, event, pullRequests, report, settings } = run;
  if (pullRequests === undefined || event.pullRequest?.merged === false) return false;
  try {
    const newer = await pullRequests.findNewer({
      ...historyOf(run),
      isSame: (path, here, there) => saysTheSame(path, event.job)(here, there),
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
