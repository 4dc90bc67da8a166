import type { DesiredAccess } from '../access/desired-access.ts';
import { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import type { EventContext } from '../github/event.ts';
import { normalizeStatements } from '../iam/compare-policy.ts';
import { externalIdsOf as demandedExternalIds } from '../iam/trust-policy.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import { isDrift } from '../plan/drift.ts';
import { renderDriftIssue } from '../report/drift-issue.ts';
import { readMarker } from '../report/marker.ts';
import { kolenaForm } from '../report/who.ts';
import type { Secrets } from '../report/mask.ts';
import { changeOf, renderComment, renderSummary, verdictOf } from '../report/render.ts';
import type { Report } from '../report/report.ts';
import { isVerified } from '../verify/check.ts';
import type { Edges } from './edges.ts';
import { asUserError, withNextStep } from './failure.ts';
import { toldWhenLate } from './late-plan.ts';
import { historyOf } from './run-context.ts';
import { keepReport } from './keep-report.ts';
import type { Outputs, Runner } from './runner.ts';
import type { Reporting } from './settings.ts';

/** How a run came to its end. */
export type Ending =
  /** `changed`: whether its plan holds changes, applied or not. */
  { readonly changed: boolean } | { readonly failure: UserError };

/** Where a run reports. Nothing can be read from it: what the run decides on goes from step to step as a value. */
export type RunReport = ReturnType<typeof startReport>;

interface ReportProps extends Pick<Edges, 'runner' | 'writeFile'> {
  readonly event: EventContext;
  readonly settings: Reporting;
  /** Empty when the inputs are not valid. */
  readonly configFiles: readonly string[];
  /** Where the comment goes; without it there is none. */
  readonly pullRequests?: PullRequests | undefined;
}

/** Starts the report of a run, which as yet knows nothing but how to report. */
export function startReport(props: ReportProps) {
  const { runner, event, settings } = props;
  let outputs: Outputs = {};
  let report: Report = {
    command: settings.command,
    outcome: 'failed',
    backend: settings.backend !== undefined,
    notes: [],
    ...defined({ commit: event.commit, runUrl: event.runUrl }),
    time: new Date().toISOString(),
  };
  const add = (part: Partial<Report>) => {
    report = { ...report, ...part };
    runner.hide(secretsOf(report, settings));
  };
  add({});
  return {
    /** Secrets that turn up in the part are hidden from then on. */
    add,
    note: (sentence: string) => {
      runner.info(sentence);
      add({ notes: [...report.notes, sentence] });
    },
    output: (part: Outputs) => {
      outputs = { ...outputs, ...part };
    },
    /** Publishes all, and the comment last: a refused one hides nothing, and throws `comment-failed` unless the run itself has failed. */
    publish: async (ending: Ending) => {
      if ('failure' in ending) {
        const { reason, message, remedy } = ending.failure;
        add({ outcome: 'failed', failure: { reason, message, remedy } });
      }
      for (const warning of report.desired?.warnings ?? []) runner.warning(withNextStep(warning));
      runner.output({ ...outputsOf(report), ...checksFile(report, props), ...outputs });
      const form = kolenaForm(report);
      if (form !== undefined) runner.info(`\n${form}`);
      runner.summary(rendered(() => renderSummary(report, runner.masked), runner) ?? facts(report));
      runner.verdict(lastLine(report, report.runUrl));
      let found: ReturnType<typeof commentedPullRequest> | undefined;
      const target = () => (found ??= commentedPullRequest(props));
      await keepReport(report, { ...props, target });
      await label(report, props);
      const issue = await driftIssue(report, props);
      if (issue !== undefined) runner.verdict(lastLine(report, issue));
      try {
        const url = await comment(report, ending, { ...props, target });
        if (url !== undefined) runner.verdict(lastLine(report, url));
      } catch (error) {
        if (!('failure' in ending)) throw error;
        runner.warning(withNextStep(asUserError(error, settings.command)));
      }
    },
  };
}

/** What `render` gives. A report that cannot be shown changes nothing of what the run did: a warning, and undefined. */
function rendered(render: () => string, runner: Runner): string | undefined {
  try {
    return render();
  } catch (error) {
    runner.warning(
      `The report of this run could not be rendered (${String(error)}). The run itself is not affected: its outcome is in outputs, log and job summary.\nNext step: Open an issue with this line.`,
    );
    return undefined;
  }
}

/** In place of a report, what needs no rendering. */
function facts({ command, outcome, plan, checks }: Report): string {
  const lines = [
    `\`${command}\`: ${outcome}. The report could not be rendered; the log has the plan, and the outputs have the checks.`,
    plan && `Changes: ${JSON.stringify(plan.counts)}.`,
    checks &&
      `Checks: ${checks.filter(({ status }) => status === 'pass').length} of ${checks.length} passed.`,
  ];
  return lines.filter((line) => line !== undefined).join('\n\n');
}

/** All checks in a file, since an output has no room for many. */
function checksFile({ checks }: Report, { runner, writeFile }: ReportProps): Outputs {
  if (checks === undefined) return {};
  try {
    const json = runner.masked(JSON.stringify(checks, undefined, 2));
    return { 'checks-path': writeFile('checks.json', json) };
  } catch (error) {
    runner.warning(`The file of \`checks-path\` could not be written: ${String(error)}.`);
    return {};
  }
}

/** On the pull request whose plan this is; what a run did not plan takes the label of an earlier plan off. */
async function label(report: Report, { runner, event, settings, pullRequests }: ReportProps): Promise<void> {
  const { pullRequest } = event;
  if (settings.labels !== true || settings.command !== 'plan' || pullRequest === undefined) return;
  const target = { number: pullRequest.number, key: settings['comment-key'], direction: directionOf(report) };
  const warning = await pullRequests?.setLabel(target);
  if (warning !== undefined) runner.warning(warning);
}

/** Writes the issue about drift and gives its address; a run that could not tell leaves it as it is. */
async function driftIssue(report: Report, { runner, settings, pullRequests }: ReportProps) {
  const { drift, digest = '', runUrl, shown: { scope = '' } = {} } = report;
  if (settings['drift-issue'] !== true || drift === undefined) return undefined;
  const key = settings['comment-key'];
  const body = isDrift(drift)
    ? rendered(() => renderDriftIssue(report, { key, mask: runner.masked }), runner)
    : undefined;
  if (isDrift(drift) && body === undefined) return undefined;
  const unread = report.observed?.former?.find(({ denied }) => denied !== undefined);
  if (!isDrift(drift) && unread !== undefined) {
    runner.warning(
      `The issue about drift, if there is one, stays open: this run is not allowed to read role ${unread.names.roleName}, which the config named before and which might still trust Kolena (${unread.denied ?? ''}).\nNext step: Allow this run to read the role, or close the issue once the role is gone.`,
    );
    return undefined;
  }
  const saved = await pullRequests?.saveDriftIssue({ key, digest, scope, ...defined({ body, runUrl }) });
  if (saved?.warning !== undefined) runner.warning(saved.warning);
  return saved?.url;
}

/** The verdict, and where more of it stands: the comment, or else the run's page with the job summary. */
function lastLine(report: Report, url: string | undefined): string {
  return [verdictOf(report), url ?? []].flat().join(' · ');
}

/** Where the comment goes too, asked of GitHub once. */
export interface CommentProps extends ReportProps {
  readonly target: () => ReturnType<typeof commentedPullRequest>;
}

/** Writes the comment and gives its address; undefined when there is none. */
async function comment(known: Report, ending: Ending, props: CommentProps): Promise<string | undefined> {
  const { runner, event, settings, pullRequests } = props;
  if (pullRequests === undefined || settings.comment === 'never') return undefined;
  const target = await props.target();
  if (target === undefined) return undefined;
  if ('kind' in target) {
    runner.warning(target.message);
    return undefined;
  }
  const report = await toldWhenLate(known, event, pullRequests);
  const key = settings['comment-key'];
  const mask = runner.masked;
  // Before GitHub is asked for anything: a comment that cannot be rendered leaves the one that stands.
  if (rendered(() => renderComment(report, { key, mask }), runner) === undefined) return undefined;
  const result = await pullRequests.saveComment({
    number: target.number,
    key,
    mode: settings.comment,
    changed: 'failure' in ending || ending.changed,
    render: (previous) => {
      requireOwnScope(previous, report, key);
      return renderComment(report, { key, mask, previous, ...('step' in target && { step: target.step }) });
    },
  });
  if (result.kind === 'warning') runner.warning(result.message);
  if (result.kind !== 'saved') return undefined;
  runner.output({ 'comment-id': result.id, 'comment-url': result.url });
  return result.url;
}

/** The pull request that the event is about; after a merge, and for a plan that a person dispatches, the newest merged one. */
async function commentedPullRequest(props: ReportProps) {
  const { event, settings, configFiles, pullRequests } = props;
  const { command, 'require-approved-plan': isGated = false } = settings;
  const { pullRequest, kind } = event;
  const applies = command === 'apply' || command === 'destroy';
  if (pullRequest !== undefined && !(applies && pullRequest.merged)) return pullRequest;
  const isAsked = command === 'plan' && kind === 'workflow_dispatch';
  return applies || isAsked
    ? pullRequests?.findMerged({ ...historyOf({ event, configFiles }), isGated })
    : undefined;
}

/** One comment is about one config in one account: two would write over each other's approval. */
function requireOwnScope(previous: string | undefined, { shown }: Report, key: string): void {
  const scope = previous === undefined ? undefined : readMarker(previous, key)?.shown?.scope;
  if (scope === undefined || shown?.scope === undefined || scope === shown.scope) return;
  throw new UserError({
    reason: 'invalid-input',
    message: `The comment with the key "${key}" shows another config or account (${scope}; this run has ${shown.scope}).`,
    remedy: 'Give each config and account a `comment-key` of its own.',
  });
}

/** Undefined for what a run did not plan: a gate that finds it empty has to ask. */
function directionOf(report: Report) {
  return report.plan === undefined ? undefined : changeOf(report)?.direction;
}

function outputsOf(report: Report): Outputs {
  const { config, desired, checks, failure } = report;
  return {
    ...defined({
      'access-change': directionOf(report),
      'role-name': config?.roleName,
      'failure-reason': failure?.reason,
    }),
    ...(desired !== undefined && arnsOf(desired)),
    ...(checks !== undefined && { verified: isVerified(checks), checks }),
  };
}

function arnsOf({ partition, accountId, role, policies }: DesiredAccess): Outputs {
  if (accountId === undefined || role === undefined) return {};
  const iam = `arn:${partition}:iam::${accountId}`;
  return {
    'role-arn': `${iam}:role${role.path}${role.name}`,
    'policy-arns': policies.map(({ name, path }) => `${iam}:policy${path}${name}`),
  };
}

/** What the settings want hidden of all that a report holds: external IDs, old ones too, and AWS account IDs. */
function secretsOf(report: Report, settings: Reporting): Secrets {
  const { config, observed, desired, standing, failure } = report;
  const hidesAccounts = settings['mask-aws-account-id'];
  // A failure may name an account that nothing else has told of: that of the credentials.
  const known = () => JSON.stringify({ config, observed, desired, standing, settings, failure });
  return {
    externalIds: settings['mask-external-id'] ? externalIdsOf(report) : [],
    // Each gets a label of its own.
    accountIds: hidesAccounts ? [...new Set(known().match(/(?<!\d)\d{12}(?!\d)/g))] : [],
    otherAccountIds: hidesAccounts,
  };
}

function externalIdsOf({ config, observed, standing }: Report): string[] {
  const policies = [observed, standing].flatMap((seen) => seen?.role?.trustPolicy ?? []);
  const demanded = policies.flatMap((policy) => demandedExternalIds(normalizeStatements(policy)));
  return [...new Set([config?.kolenaExternalId ?? [], demanded].flat())];
}
