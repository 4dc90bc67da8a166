import type { EventContext } from '../github/event.ts';
import type { HistoryProps } from '../github/history.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Edges } from './edges.ts';
import type { Inputs } from './inputs.ts';
import type { RunReport } from './report-run.ts';

/** What every step is handed: what the run is told, the world it works in, and where it reports. */
export interface RunContext extends Inputs {
  readonly edges: Edges;
  readonly event: EventContext;
  readonly pullRequests: PullRequests | undefined;
  readonly report: RunReport;
}

/** The event, and the files of the repository that tell the run what to do. */
export function historyOf({ event, configFiles }: Pick<RunContext, 'event' | 'configFiles'>): HistoryProps {
  return { event, files: [...configFiles, event.workflow ?? []].flat() };
}
