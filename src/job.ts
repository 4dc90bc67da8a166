import type { DecideOptions } from './access/decide-access.ts';
import type { Edges } from './edges.ts';
import type { Approval } from './github/approval.ts';
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
  /** The pull request that brought the commit in, and what our comment on it showed; asked of GitHub once. */
  readonly approval: () => Promise<Approval>;
}

/** Reads the inputs and gathers what every step needs. Throws `invalid-input` with every problem at once. */
export function startJob(edges: Edges): Job {
  const inputs = edges.readInputs();
  const { settings } = inputs;
  const pullRequests = edges.openPullRequests(settings);
  let approval: Promise<Approval> | undefined;
  return {
    ...inputs,
    edges,
    pullRequests,
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
    approval: () => (approval ??= pullRequests?.findApproval(settings['comment-key']) ?? Promise.resolve({})),
  };
}
