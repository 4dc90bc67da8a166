import type { AccessConfig } from '../config/access-config.ts';
import type { DesiredAccess } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import type { FailureReason } from '../base/errors.ts';
import type { ShownPlan } from '../plan/approval.ts';
import type { Drift } from '../plan/drift.ts';
import type { Fact } from '../plan/fact.ts';
import type { PlanSummary } from '../plan/summary.ts';
import type { Check } from '../verify/check.ts';
import type { Observations } from '../verify/observations.ts';

/** How far a run got. `ended`: the access was verified to be over. `skipped`: of a fork only the config was checked. */
export type Outcome =
  'synthesized' | 'planned' | 'applied' | 'verified' | 'ended' | 'destroyed' | 'failed' | 'skipped';

/** A pull request, and the people who let it in. */
export interface Review {
  readonly number: number;
  readonly url: string;
  readonly author: string;
  /** Whose last review approves, with the commit that they looked at. */
  readonly approvers: readonly { readonly login: string; readonly commit: string }[];
  /** Absent before the merge. */
  readonly mergedBy?: string;
}

/** All that a reader learns about a run, its time in ISO 8601; what the run did not reach is absent. */
export interface Report {
  readonly command: 'synth' | 'plan' | 'apply' | 'verify' | 'destroy';
  readonly outcome: Outcome;
  readonly config?: AccessConfig;
  readonly observed?: Observed;
  readonly desired?: DesiredAccess;
  readonly plan?: PlanSummary;
  /** Whether a Terraform backend keeps state; without one, imports are not shown, since every run repeats them. */
  readonly backend: boolean;
  /** Terraform's own text of the plan. */
  readonly rawDiff?: string;
  readonly digest?: string;
  /** What the plan brings and takes, piece by piece. */
  readonly facts?: readonly Fact[];
  /** What of it is drift; absent where the run does not look for any, or could not tell. */
  readonly drift?: Drift;
  /** What a comment holds of the plan, so that it can be approved. */
  readonly shown?: ShownPlan;
  /** The commit by which the branch says something else than the run would apply; then it applied nothing. */
  readonly newer?: string;
  /** Whether an apply finished its writes, none included; what was proven afterwards does not count. */
  readonly writesDone?: boolean;
  /** What IAM's simulator says about the documents before they are applied. */
  readonly plannedChecks?: readonly Check[];
  /** What was proven after apply, or by `verify`. */
  readonly checks?: readonly Check[];
  /** The documents as they were read back when it was proven. */
  readonly standing?: Pick<Observations, 'role' | 'policies' | 'buckets'>;
  /** The pull request that the run belongs to, or why it is not known. */
  readonly review?: Review | string;
  /** Of Terraform or OpenTofu, and of the AWS provider. */
  readonly versions?: { readonly terraform?: string; readonly provider?: string };
  readonly failure?: { readonly reason: FailureReason; readonly message: string; readonly remedy: string };
  /** Full sentences that a reader should know, such as what a run for a fork could not do. */
  readonly notes: readonly string[];
  /** The commit of the run: of a pull request its head. */
  readonly commit?: string;
  readonly runUrl?: string;
  readonly time: string;
}
