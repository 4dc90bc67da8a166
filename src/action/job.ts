import type { DecideOptions } from '../access/decide-access.ts';
import type { Edges } from './edges.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Inputs } from './inputs.ts';
import { startReport, type RunReport } from './run-report.ts';
import type { Settings } from './settings.ts';
import type { ExpectationOptions } from '../verify/expectations.ts';

/** What a run has to tell, and where: all that there is of one whose config is not valid. */
export interface Telling {
  readonly edges: Edges;
  readonly settings: Settings;
  readonly report: RunReport;
  readonly pullRequests: PullRequests | undefined;
}

/** One run, past its inputs. */
export interface Job extends Inputs, Telling {
  readonly decideOptions: DecideOptions;
  readonly expectationOptions: ExpectationOptions;
}

/** Reads the inputs and gathers what every step needs. Throws `invalid-input` with every problem at once. */
export function startJob(edges: Edges): Job {
  const inputs = edges.readInputs();
  const { settings } = inputs;
  return {
    ...inputs,
    ...startTelling(edges, inputs),
    decideOptions: {
      region: settings['aws-region'],
      allowDestroy: settings['allow-destroy'],
      verifierArn: settings['verify-principal-arn'],
    },
    expectationOptions: {
      ...(settings['verify-object'] !== undefined && { verifyObject: settings['verify-object'] }),
      ...(settings['verify-principal-arn'] !== undefined && {
        verifierArn: settings['verify-principal-arn'],
      }),
    },
  };
}

/** Starts to tell of a run, of which as much is known as could be read. */
export function startTelling(edges: Edges, known: Pick<Inputs, 'settings'> & Partial<Inputs>): Telling {
  const { settings } = known;
  return {
    edges,
    settings,
    pullRequests: edges.openPullRequests(settings),
    report: startReport(known, edges),
  };
}
