import { UserError } from '../base/errors.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import { isSeen, unapprovedFacts, type ApprovalProps, type Merge } from '../plan/approval.ts';
import type { Fact } from '../plan/fact.ts';
import { contradictionOf } from '../plan/saying.ts';
import { decideUnobserved } from './decide.ts';
import { notApproved } from './gates.ts';
import type { Planned } from './plan.ts';
import { historyOf, type RunContext } from './run-context.ts';

/** A run that can ask GitHub. */
type Asking = RunContext & { readonly pullRequests: PullRequests };

/** Throws `not-approved` or `plan-changed` unless every fact of the plan was shown on a merged pull request. */
export async function approve(run: RunContext, planned: Planned): Promise<void> {
  const { event, settings, pullRequests } = run;
  const { facts } = planned;
  if (!facts.some(({ needsApproval }) => needsApproval)) return;
  if (pullRequests === undefined)
    throw notApproved(
      '`require-approved-plan` needs the pull request comment, and there is no GitHub token to read it with.',
      'Set `github-token: ${{ github.token }}` and give the job `permissions: pull-requests: write`.',
    );
  const asking = { ...run, pullRequests };
  await requireMergedCommit(asking);
  const shown = await shownOnPulls(asking, planned, settings['apply-on-pull-request']);
  const missing = unapprovedFacts({ facts, ...shown });
  requireApproval({ merges: shown.merges, missing, branch: event.branch });
}

/** What is checked out has to be a branch's whose merges approve: any other config and code were merged by nobody. */
async function requireMergedCommit(run: Asking): Promise<void> {
  const { event, settings, pullRequests, checkedOut: commit = event.commit } = run;
  const { branch, pullRequest } = event;
  if (branch === undefined) return;
  if (pullRequest?.merged !== false && !(await pullRequests.isApproving(branch)))
    throw notApproved(
      `The branch ${branch} is neither the default branch nor protected, so a merge into it approves nothing.`,
      `Protect ${branch}, or run \`apply\` on the default branch.`,
    );
  if (settings['apply-on-pull-request'] || commit === undefined) return;
  if (!(await pullRequests.isOnBranch({ commit, branch })))
    throw notApproved(
      `Commit ${commit.slice(0, 7)}, which is checked out, is not on ${branch}: what it says was not merged.`,
      `Check out the commit that is on ${branch} (actions/checkout with \`ref: ${branch}\`; after a merge \`ref: \${{ github.event.pull_request.merge_commit_sha }}\`), or set \`apply-on-pull-request: true\`.`,
    );
}

/** What pull requests that were merged since the last complete apply showed, to hold a plan against. */
export async function shownOnPulls(
  run: Asking,
  { marks, digest, shown }: Planned,
  openApproves: boolean,
): Promise<ApprovalProps> {
  const key = run.settings['comment-key'];
  const merges = await run.pullRequests.findMerges({ ...historyOf(run), key, openApproves });
  const contradicts = await contradictions(run, merges);
  return { marks, digest, scope: shown.scope ?? '', merges, contradicts };
}

/** What the configs between the oldest and the newest merge contradict; one that cannot be read contradicts everything. */
async function contradictions(run: Asking, merges: readonly Merge[]) {
  const { configFiles, pullRequests, parseConfig, settings } = run;
  const contradictionAt = async (commit: string): Promise<(fact: Fact) => boolean> => {
    const everything = () => true;
    if (configFiles.length === 0) return everything;
    try {
      const config = await parseConfig((path) => pullRequests.fileAt({ path, commit }));
      return contradictionOf(decideUnobserved({ config, settings }), config.cors === 'replace');
    } catch {
      return everything;
    }
  };
  const between = merges.slice(1, -1).map(({ commit }) => commit);
  const found = between.map(async (commit) => [commit, await contradictionAt(commit)] as const);
  const byCommit = new Map(await Promise.all(found));
  return (commit: string, fact: Fact) => byCommit.get(commit)?.(fact) ?? false;
}

/** Facts that the error names; the job summary has all of them. */
const NAMED_FACTS = 20;

interface Approval extends Pick<ApprovalProps, 'merges'> {
  /** What would be applied and was not approved. */
  readonly missing: readonly Fact[];
  readonly branch: string | undefined;
}

/** Throws `not-approved` when no merged pull request showed a plan, and `plan-changed` with the facts that none of them showed. */
export function requireApproval({ merges, missing, branch }: Approval): void {
  if (missing.length === 0) return;
  const wayOut = wayOutFrom(merges, branch);
  const unseen = whyUnseen(merges);
  if (unseen !== undefined) throw notApproved(unseen, wayOut);
  const seen = merges.filter(isSeen);
  const cut = seen.find(({ shown }) => shown?.isCut === true)?.pullRequest;
  if (cut !== undefined)
    throw notApproved(
      `The plan on pull request ${cut.number} (${cut.url}) was too long to be shown whole, so nothing of it is approved.`,
      'Bring the change in by several pull requests, each planned, merged and applied before the next is planned.',
    );
  const approved = seen.map(({ pullRequest }) => `#${pullRequest?.number ?? ''}`).join(', ');
  const lines = missing.map(({ change, text }) => `${change === 'comes' ? '+' : '-'} ${text}`);
  const more = lines.length - NAMED_FACTS;
  throw new UserError({
    reason: 'plan-changed',
    message: `The apply would do something that no approved plan showed, or that a later merge took back (approved: ${approved}).`,
    remedy: wayOut,
    detail: [...lines.slice(0, NAMED_FACTS), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
  });
}

const newestOf = (merges: readonly Merge[]) => merges.find(({ pullRequest }) => pullRequest !== undefined);

/** Why nobody saw a plan on a merged pull request; undefined where somebody did. */
function whyUnseen(merges: readonly Merge[]): string | undefined {
  if (merges.length === 0)
    return 'Everything that merged pull requests showed is applied already, and no plan has shown what this run would change now.';
  const { pullRequest, shown, editedBy } = newestOf(merges) ?? {};
  if (pullRequest === undefined)
    return 'No merged pull request belongs to this commit, and `require-approved-plan` applies only what one showed.';
  if (merges.some(isSeen)) return undefined;
  const where = `pull request ${pullRequest.number} (${pullRequest.url})`;
  if (editedBy !== undefined)
    return `The plan comment on ${where} was edited by ${editedBy}, so it no longer approves anything.`;
  if (shown === undefined) return `The plan comment was not found on ${where}.`;
  return shown.head === pullRequest.head
    ? `The plan on ${where} was made after the merge, so that nobody saw it before.`
    : `The plan on ${where} was made for commit ${shown.head.slice(0, 7)}, and commit ${pullRequest.head.slice(0, 7)} was merged.`;
}

/** What always works: a person plans on the branch, looks at it, and applies. */
function wayOutFrom(merges: readonly Merge[], branch = 'the default branch'): string {
  const newest = newestOf(merges)?.pullRequest;
  if (merges.length > 0 && newest === undefined)
    return 'Bring the change in by a pull request on which `command: plan` runs with the same `comment-key`; a change of a YAML comment in the config is enough.';
  const where = newest
    ? `pull request ${newest.number}`
    : 'the newest merged pull request that touched the config';
  return `Start the workflow by \`workflow_dispatch\` on ${branch} with \`command: plan\`: it writes what would be applied to ${where}. Look at it there, and start it again with \`command: apply\`. Where that conversation is locked, merge a pull request that changes a YAML comment in the config.`;
}
