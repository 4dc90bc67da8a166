import { decideAccess } from '../access/decide-access.ts';
import { nothingObserved } from '../access/observed.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Fact } from '../plan/fact.ts';
import { unapprovedFacts, type Merge } from '../plan/approval.ts';
import { contradictionOf } from '../plan/saying.ts';
import {
  requireApproval,
  requireApprovingBranch,
  requireCommitOfBranch,
  requirePullRequests,
} from './gates.ts';
import type { Planned } from './plan.ts';
import { historyOf, type RunContext } from './run-context.ts';
import { decideOptionsOf } from './settings.ts';

/** Throws `not-approved` or `plan-changed` unless every fact of the plan was shown on a merged pull request. */
export async function approve(run: RunContext, planned: Planned): Promise<void> {
  const { event, settings } = run;
  if (!planned.facts.some(({ needsApproval }) => needsApproval)) return;
  const pullRequests = requirePullRequests(run.pullRequests);
  const { branch } = event;
  if (event.pullRequest?.merged !== false && branch !== undefined)
    requireApprovingBranch(branch, await pullRequests.isApproving(branch));
  await requireOnBranch(run, pullRequests);
  const merges = await pullRequests.findMerges({
    ...historyOf(run),
    key: settings['comment-key'],
    openApproves: settings['apply-on-pull-request'],
  });
  const { facts, marks, digest, shown } = planned;
  const contradicts = await contradictions(run, merges);
  const missing = unapprovedFacts({ facts, marks, digest, scope: shown.scope ?? '', merges, contradicts });
  requireApproval({ merges, missing, branch });
}

async function requireOnBranch(run: RunContext, pullRequests: PullRequests): Promise<void> {
  const { event, settings, checkedOut = event.commit } = run;
  const { branch } = event;
  if (settings['apply-on-pull-request']) return;
  if (branch === undefined || checkedOut === undefined) return;
  requireCommitOfBranch(checkedOut, branch, await pullRequests.isOnBranch({ commit: checkedOut, branch }));
}

/** What the configs between the oldest and the newest merge contradict; one that cannot be read contradicts everything. */
export async function contradictions(run: RunContext, merges: readonly Merge[]) {
  const { configFiles, pullRequests, parseConfig, settings } = run;
  const between = merges.slice(1, -1);
  const found = await Promise.all(
    between.map(async ({ commit }) => {
      if (configFiles.length === 0) return [commit, () => true] as const;
      try {
        const config = await parseConfig(
          async (path) => (await pullRequests?.fileAt({ path, commit })) ?? '',
        );
        const desired = decideAccess(config, nothingObserved, decideOptionsOf(settings));
        return [commit, contradictionOf(desired, config.cors === 'replace')] as const;
      } catch {
        return [commit, () => true] as const;
      }
    }),
  );
  const byCommit = new Map<string, (fact: Fact) => boolean>(found);
  return (commit: string, fact: Fact) => byCommit.get(commit)?.(fact) ?? false;
}
