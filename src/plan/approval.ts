import type { FactMark } from './fact-marks.ts';
import type { Fact } from './fact.ts';

/** What a comment showed for approval; `head` is the commit that the plan was made for. */
export interface ShownPlan {
  readonly head: string;
  /** Of the whole plan: what ties plans of too many facts, and those of earlier versions. */
  readonly digest: string;
  /** Absent when there were too many for a marker. */
  readonly facts?: readonly FactMark[];
  /** ISO 8601; absent in comments of earlier versions. */
  readonly plannedAt?: string;
  /** Whether a person started that run anew: a re-run or a dispatch. */
  readonly isAnew: boolean;
  /** Whether neither comment nor job summary had room for all of it: then it approves nothing. */
  readonly isCut?: boolean;
  /** The config and account that it is about. */
  readonly scope?: string;
}

/** A pull request as far as approval goes; `head` is its last commit. */
export interface MergedPull {
  readonly number: number;
  readonly url: string;
  readonly head: string;
  /** ISO 8601; absent while it waits in a merge queue or is open. */
  readonly mergedAt?: string;
}

/** One step of the branch's history that touched what a run applies, and the pull request that made it. */
export interface Merge {
  readonly commit: string;
  /** Absent for a commit that no pull request brought in. */
  readonly pullRequest?: MergedPull;
  /** Absent when there is no comment of our own with a plan. */
  readonly shown?: ShownPlan;
  /** Who else edited that comment, which then shows nothing that can be approved. */
  readonly editedBy?: string;
}

/** Whether what a comment showed was there to be seen before the merge, or was asked for by a person after it. */
export function isSeen({ pullRequest, shown }: Merge): boolean {
  if (pullRequest === undefined || shown === undefined) return false;
  if (shown.isAnew) return true;
  const { mergedAt } = pullRequest;
  const inTime = mergedAt === undefined || shown.plannedAt === undefined || shown.plannedAt <= mergedAt;
  return inTime && shown.head === pullRequest.head;
}

/** What merged pull requests showed, and the plan that it is compared with. */
export interface ApprovalProps {
  readonly marks: ReadonlyMap<string, FactMark>;
  readonly digest: string;
  readonly scope: string;
  /** Since the last complete apply, newest first. */
  readonly merges: readonly Merge[];
  /** Whether the config at a commit contradicts a fact, which an older pull request showed. */
  readonly contradicts: (commit: string, fact: Fact) => boolean;
}

/** The facts that nobody approved, or that a later merge has overtaken. */
export function unapprovedFacts({
  facts,
  ...props
}: ApprovalProps & { readonly facts: readonly Fact[] }): Fact[] {
  const isApproved = approvals(props);
  return facts.filter((fact) => fact.needsApproval && !isApproved(fact));
}

/** Whether a fact was approved, and no later merge has overtaken it. */
export function approvals(props: ApprovalProps): (fact: Fact) => boolean {
  const { marks, digest, scope, merges, contradicts } = props;
  return (fact) =>
    merges.some((merge, at) => {
      const { shown } = merge;
      if (shown === undefined || !isSeen(merge) || (shown.scope ?? scope) !== scope) return false;
      const isShown = shown.facts?.includes(marks.get(fact.key) ?? 'unmarked') ?? shown.digest === digest;
      // What the newest says is what the plan was made from.
      return isShown && !merges.slice(1, at).some(({ commit }) => contradicts(commit, fact));
    });
}

/** A complete apply: the newest step of the branch's history that it knew, and when its run began (ISO 8601). */
export interface AppliedStep {
  readonly commit: string;
  readonly time: string;
}

/** The merges after the last complete apply, newest first, and that apply's own if it was planned anew since. */
export function sinceApplied(merges: readonly Merge[], applied: readonly AppliedStep[]): Merge[] {
  const isApplied = ({ commit }: Merge) => applied.some((step) => step.commit === commit);
  const done = merges.findIndex(isApplied);
  if (done < 0) return [...merges];
  const times = applied.filter(({ commit }) => commit === merges[done]?.commit).map(({ time }) => time);
  const isAnew = times.every((time) => (merges[done]?.shown?.plannedAt ?? '') > time);
  return merges.slice(0, isAnew ? done + 1 : done);
}
