import type { DesiredAccess } from '../access/desired-access.ts';
import type { UserError } from '../base/errors.ts';
import { defined } from '../base/defined.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Secrets } from '../report/mask.ts';
import { changeOf, renderComment, renderSummary } from '../report/render.ts';
import type { Report } from '../report/report.ts';
import { isVerified } from '../verify/check.ts';
import type { Edges } from './edges.ts';
import { asUserError } from './failure.ts';
import type { Outputs } from './runner.ts';
import type { Reporting } from './settings.ts';

/** How a run came to its end. */
export type Ending =
  /** `changed`: whether its plan holds changes, applied or not. */
  { readonly changed: boolean } | { readonly failure: UserError };

/** Where a run reports. Nothing can be read from it: what the run decides on goes from step to step as a value. */
export interface RunReport {
  /** Secrets that turn up in the part are hidden from then on. */
  add(part: Partial<Report>): void;
  note(sentence: string): void;
  output(part: Outputs): void;
  /**
   * Writes warnings, outputs and job summary, and the comment last, so that a refused one hides nothing.
   *
   * @throws UserError `comment-failed`; a run that failed has told its own failure, which has to be mended first, and
   * warns instead
   */
  publish(ending: Ending): Promise<void>;
}

interface ReportProps extends Pick<Edges, 'runner' | 'event'> {
  readonly settings: Reporting;
  /** Where the comment goes; without it there is none. */
  readonly pullRequests?: PullRequests | undefined;
}

/** Starts the report of a run, which as yet knows nothing but how to report. */
export function startReport(props: ReportProps): RunReport {
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
    add,
    note: (sentence) => {
      runner.info(sentence);
      add({ notes: [...report.notes, sentence] });
    },
    output: (part) => {
      outputs = { ...outputs, ...part };
    },
    publish: async (ending) => {
      if ('failure' in ending) add(failed(ending.failure));
      for (const { message, remedy } of report.desired?.warnings ?? [])
        runner.warning(remedy === undefined ? message : `${message}\nNext step: ${remedy}`);
      runner.output({ ...outputsOf(report), ...outputs });
      runner.summary(renderSummary(report, (text) => runner.masked(text)));
      try {
        await comment(report, ending, props);
      } catch (error) {
        if (!('failure' in ending)) throw error;
        const { message, remedy } = asUserError(error, settings.command);
        runner.warning(`${message}\nNext step: ${remedy}`);
      }
    },
  };
}

function failed({ reason, message, remedy }: UserError): Partial<Report> {
  return { outcome: 'failed', failure: { reason, message, remedy } };
}

async function comment(report: Report, ending: Ending, props: ReportProps): Promise<void> {
  const { runner, settings, pullRequests } = props;
  if (pullRequests === undefined || settings.comment === 'never') return;
  const target = await commentedPullRequest(props, pullRequests);
  if (target === undefined) return;
  if ('kind' in target) {
    runner.warning(target.message);
    return;
  }
  const key = settings['comment-key'];
  const mask = (text: string) => runner.masked(text);
  const result = await pullRequests.saveComment({
    number: target.number,
    key,
    mode: settings.comment,
    changed: 'failure' in ending || ending.changed,
    render: (previous) => renderComment(report, { key, head: target.head, mask, previous }),
  });
  if (result.kind === 'warning') runner.warning(result.message);
  if (result.kind === 'saved') runner.output({ 'comment-id': result.id, 'comment-url': result.url });
}

/** The pull request that the event is about; after a merge the one that brought the commit in. */
async function commentedPullRequest({ event, settings }: ReportProps, pullRequests: PullRequests) {
  if (event.pullRequest !== undefined) return event.pullRequest;
  const followsUp = settings.command === 'apply' || settings.command === 'destroy';
  return followsUp ? pullRequests.findMerged() : undefined;
}

function outputsOf(report: Report): Outputs {
  const { config, desired, checks, failure, plan } = report;
  return {
    // A gate that finds it empty has to ask: what a run did not plan is not known.
    ...defined({ 'access-change': plan === undefined ? undefined : changeOf(report)?.direction }),
    ...defined({ 'role-name': config?.roleName, 'failure-reason': failure?.reason }),
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
  const hidesAccounts = settings['mask-aws-account-id'];
  return {
    externalIds: settings['mask-external-id'] ? externalIdsOf(report) : [],
    accountIds: hidesAccounts ? accountIdsOf(report, settings) : [],
    otherAccountIds: hidesAccounts,
  };
}

/** Each gets a label of its own. A failure may name one that nothing else has told of: that of the credentials. */
function accountIdsOf({ config, observed, desired, failure }: Report, settings: Reporting): string[] {
  const known = JSON.stringify({ config, observed, desired, settings, failure });
  return [...new Set(known.match(/(?<!\d)\d{12}(?!\d)/g))];
}

function externalIdsOf({ config, observed }: Report): string[] {
  const trusted = observed?.role?.trustPolicy.Statement.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap((keys) =>
      Object.entries(keys)
        .filter(([key]) => key.toLowerCase() === 'sts:externalid')
        .flatMap(([, values]) => values),
    ),
  );
  return [...new Set([config?.kolenaExternalId ?? [], trusted ?? []].flat())];
}
