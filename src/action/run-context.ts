import type { PullRequests } from '../github/pull-requests.ts';
import type { Edges } from './edges.ts';
import type { Inputs } from './inputs.ts';
import type { RunReport } from './report-run.ts';

/** What every step is handed: what the run is told, the world it works in, and where it reports. */
export interface RunContext extends Inputs {
  readonly edges: Edges;
  readonly pullRequests: PullRequests | undefined;
  readonly report: RunReport;
}
