import type { DecideOptions } from './access/decide-access.ts';
import type { Edges } from './edges.ts';
import type { PullRequests } from './github/pull-requests.ts';
import type { Inputs } from './inputs.ts';
import { startReport, type RunReport } from './run-report.ts';
import type { ExpectationOptions } from './verify/expectations.ts';

/** One run, past its inputs. */
export interface Job extends Inputs {
  readonly edges: Edges;
  readonly report: RunReport;
  readonly decideOptions: DecideOptions;
  readonly expectationOptions: ExpectationOptions;
  readonly pullRequests: PullRequests | undefined;
}

/** Reads the inputs and gathers what every step needs. Throws `invalid-input` with every problem at once. */
export function startJob(edges: Edges): Job {
  const inputs = edges.readInputs();
  const { settings } = inputs;
  return {
    ...inputs,
    edges,
    pullRequests: edges.openPullRequests(settings),
    report: startReport(inputs, edges),
    decideOptions: {
      region: settings['aws-region'],
      allowDestroy: settings['allow-destroy'],
      verifierArn: settings['verify-principal-arn'],
    },
    expectationOptions: {
      ...(settings['verify-object'] !== undefined && { verifyObject: settings['verify-object'] }),
      ...(settings['verify-principal-arn'] !== undefined && {
        verifyPrincipalArn: settings['verify-principal-arn'],
      }),
    },
  };
}
