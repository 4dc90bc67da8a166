import { accessChange, type AccessChange } from '../access/access-change.ts';
import { bucketTable, type Tense } from './bucket-table.ts';
import { defined } from '../base/defined.ts';
import { isDrift } from '../plan/drift.ts';
import { resourceKinds } from '../plan/resources.ts';
import { resourceRows, type ResourceRow } from '../plan/rows.ts';
import { actionVersion } from './version.ts';
import { driftSections } from './drift-sections.ts';
import { growthAlert } from './growth.ts';
import { humanTime } from '../base/time.ts';
import type { Check } from '../verify/check.ts';
import { causesOf, causeSections, matrix, roleLine } from './matrix.ts';
import { under } from './diff-line.ts';
import { renderWithin, firstRows, type Detail, type Limit } from './detail.ts';
import {
  historyAfter,
  readMarker,
  writeMarker,
  writeSeal,
  type CommentMarker,
  type HistoryEntry,
} from './marker.ts';
import { clip, code, details, link, prose } from './markdown.ts';
import { type Mask, maskedReport } from './mask.ts';
import { forKolena, roleAndCaller, who } from './who.ts';
import type { ShownPlan } from '../plan/approval.ts';
import type { Report } from './report.ts';
import { resourceDiffs, unshownFacts } from './resource-diff.ts';
import * as section from './sections.ts';
import { headline } from './headline.ts';

/** The `comment-key`, which identifies the Action's comment, and the body that it replaces. */
export interface CommentProps {
  readonly key: string;
  /** The step of the branch's history that an apply is about. */
  readonly step?: string | undefined;
  /** Body of the existing comment; its results become history. */
  readonly previous?: string | undefined;
  readonly mask: Mask;
}

/** GitHub refuses a body of more than 65,536 characters, and a part of that is reserved for characters that count differently. https://docs.github.com/rest/issues/comments */
export const commentLimit: Limit = { units: 65_000, bytes: 262_144 };

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits */
const summaryLimit: Limit = { units: 1_048_576 - 1024, bytes: 1_048_576 - 1024 };

/** The job summary as Markdown, at most 1 MiB. */
export function renderSummary(report: Report, mask: Mask): string {
  return summaryOf(modelOf(maskedReport(report, mask))).text;
}

function summaryOf(model: Model) {
  return renderWithin(summaryLimit, (detail) => `${body(model, detail, []).join('\n\n')}\n`);
}

/** The pull request's comment as Markdown, under GitHub's limit whatever the plan. */
export function renderComment(report: Report, { key, step, previous, mask }: CommentProps): string {
  const model = modelOf(maskedReport(report, mask));
  const before = previous === undefined ? undefined : readMarker(previous, key);
  const history = historyAfter(before).map((entry) => ({ ...entry, verdict: mask(entry.verdict) }));
  const approved = approvable(model.report, step, before);
  const marked = (part: Pick<CommentMarker, 'shown' | 'applied'>, blocks: (detail: Detail) => string[]) => {
    const marker = writeMarker({ ...part, key, latest: historyEntry(model), history });
    return renderWithin(
      commentLimit,
      (detail) => `${[marker, ...blocks(detail), writeSeal(key)].join('\n\n')}\n`,
    );
  };
  const { text, detail } = marked(approved, (of) => body(model, of, history));
  const { shown } = model.report;
  const isPlan = shown !== undefined && approved.shown === shown;
  const isWhole = (of: Detail) => section.isDiffWhole(model.diffs, of);
  if (!isPlan || isWhole(detail) || isWhole(summaryOf(model).detail)) return text;
  const cut = { ...approved, shown: withoutFacts(shown) };
  return marked(cut, (of) => [...body(model, of, history), section.unapprovable]).text;
}

/** What neither comment nor summary shows whole cannot be approved. */
function withoutFacts({ head, isAnew, plannedAt, scope }: ShownPlan): ShownPlan {
  return { head, isAnew, ...defined({ plannedAt, scope }), digest: '', isCut: true };
}

/** Only a plan can be approved: an apply keeps what was approved, and a plan that failed leaves nothing to approve. */
function approvable(
  { command, outcome, shown, writesDone, time }: Report,
  step: string | undefined,
  before: CommentMarker | undefined,
): Pick<CommentMarker, 'shown' | 'applied'> {
  const plans = command === 'plan';
  return defined({
    shown: !plans ? before?.shown : outcome === 'planned' ? shown : undefined,
    applied: writesDone === true && step !== undefined ? { commit: step, time } : before?.applied,
  });
}

/** All of a masked report, as blocks of Markdown without marker and limit. */
export function reportBlocks(report: Report, detail: Detail): string[] {
  return body(modelOf(report), detail, []);
}

/** What is computed once, however often it is rendered. */
type Model = ReturnType<typeof modelOf>;

function modelOf(report: Report) {
  const change = changeOf(report);
  const { plan, desired } = report;
  const rows = plan === undefined || desired === undefined ? [] : resourceRows({ ...report, plan, desired });
  return {
    report,
    change,
    headline: headline(report, change),
    rows,
    diffs: diffsOf(rows, report),
    causes: causesOf(report.checks ?? foreseen(report)),
  };
}

/** What a reviewer has to know before the merge; what could not be asked is folded away. */
function foreseen({ plannedChecks = [] }: Report): Check[] {
  return plannedChecks.filter(({ status }) => status === 'fail' || status === 'warning');
}

/** What the run does to access, as far as it got to decide. */
export function changeOf({ observed, desired, plan }: Report): AccessChange | undefined {
  if (desired === undefined) return undefined;
  const role = plan?.changes.find(
    ({ type, action }) => type === resourceKinds.role.type && action === 'update',
  );
  return accessChange({ observed: observed ?? { policies: [], buckets: {} }, desired, role });
}

function diffsOf(rows: readonly ResourceRow[], report: Report) {
  const diffs = resourceDiffs(rows, report);
  const others = unshownFacts(report.facts ?? [], diffs);
  return others.length === 0 ? diffs : [...diffs, under('also', others)];
}

function historyEntry({ report: { time, commit }, headline: line }: Model): HistoryEntry {
  const words = withoutMarks(line).replace('Kolena S3 access · ', '');
  const verdict = words.replaceAll(' · ', '; ');
  return { time, ...defined({ commit }), verdict };
}

/** The result of a run as one line of plain text. */
export function verdictOf(report: Report): string {
  return withoutMarks(headline(report, changeOf(report))).replaceAll('`', '');
}

function withoutMarks(line: string): string {
  return line.replaceAll('**', '').replace(/^\p{Emoji}\uFE0F? /u, '');
}

function body(model: Model, detail: Detail, history: readonly HistoryEntry[]): string[] {
  const { report, change, rows, diffs, causes } = model;
  const { checks = [], plannedChecks = [] } = report;
  const failure = section.failureSection(report, detail);
  // The checks after apply include the simulator's answers on the same documents.
  const simulated = checks.length > 0 ? [] : plannedChecks;
  return [
    `### ${model.headline}`,
    ...failure,
    ...(failure.length === 0 && report.outcome === 'planned' && change !== undefined
      ? growthAlert(change, detail)
      : []),
    ...(checks.length > 0
      ? [
          ...matrix({ checks, causes, removed: removedIn(change) }, detail),
          ...causeSections(causes, detail),
          ...roleLine(checks, roleAndCaller(report, detail)),
        ]
      : [
          ...causeSections(causes, detail),
          ...tableOf(model, detail),
          ...(isAboutAccess(report) ? who(report, change, detail) : []),
        ]),
    ...driftSections(report, detail),
    ...section.warningSections(report, detail),
    ...forKolena(report, detail),
    ...(checks.length > 0 && report.plan?.hasChanges === true ? foldedTable(model, detail) : []),
    ...section.checksSection(`All ${checks.length} checks with evidence`, checks, detail),
    ...section.diffSection(diffs, detail),
    ...section.checksSection('IAM policy simulation', simulated, detail),
    ...section.terraformSection(report, rows, detail),
    ...leftOut(model, detail),
    ...historySection(history, detail),
    footer(report),
  ];
}

/** Whether the run came far enough to say anything of who gets in. */
function isAboutAccess({ outcome, plan, checks, newer }: Report): boolean {
  return newer === undefined && (outcome !== 'failed' || plan !== undefined || checks !== undefined);
}

function tableOf({ report, change }: Model, detail: Detail): string[] {
  if (change === undefined || !isAboutAccess(report)) return [];
  return bucketTable(change, tenseOf(report), detail);
}

function tenseOf({ command, outcome, observed, failure, plan, drift }: Report): Tense {
  if (drift !== undefined && isDrift(drift)) return 'drifted';
  if (observed?.caller === undefined || command === 'verify') return 'unknown';
  if (outcome === 'applied' || outcome === 'destroyed') return 'did';
  if (failure === undefined || plan === undefined) return 'will';
  return failure.reason === 'plan-changed' && command === 'plan' ? 'drifted' : 'would';
}

function removedIn(change: AccessChange | undefined): string[] {
  return change?.buckets.flatMap(({ bucket, direction }) => (direction === 'removed' ? [bucket] : [])) ?? [];
}

function foldedTable({ change }: Model, detail: Detail): string[] {
  // Folds do not nest: the rows past the first ten stand among the checks.
  const [shown] = change === undefined ? [] : bucketTable(change, 'did', detail);
  return shown === undefined ? [] : [details('What changed, bucket by bucket', shown)];
}

function leftOut({ report, change, rows, diffs }: Model, detail: Detail): string[] {
  const longest = Math.max(
    rows.length,
    change?.buckets.length ?? 0,
    report.checks?.length ?? 0,
    diffs.reduce((lines, diff) => lines + diff.length + 1, 0),
  );
  const parts = [
    ...(!detail.rawDiff && report.rawDiff !== undefined ? ["Terraform's own diff"] : []),
    ...(!detail.unchanged ? ['what stays as it is'] : []),
    ...(longest > detail.rows ? ['rows of long tables'] : []),
  ];
  if (parts.length === 0) return [];
  return [
    `Left out to fit GitHub's limit: ${parts.join(', ')}. See the ${link('job summary', report.runUrl)}.`,
  ];
}

function historySection(history: readonly HistoryEntry[], detail: Detail): string[] {
  if (history.length === 0) return [];
  const lines = firstRows(history, detail).shown.map(
    ({ time, commit, verdict }) =>
      `- ${shownTime(time)} ${commit === undefined ? '' : code(commit.slice(0, 7))} ${prose(clip(verdict, detail.clip))}`,
  );
  return [details(`Earlier results (${history.length})`, lines.join('\n'))];
}

/** A time in a comment that somebody edited may be anything. */
function shownTime(time: string): string {
  const shown = humanTime(time);
  return shown === time ? code(time) : shown;
}

function footer({ commit, digest, runUrl, time }: Report): string {
  const parts = [
    ...(digest === undefined ? [] : [`plan ${code(digest.slice(0, 12))}`]),
    ...(commit === undefined ? [] : [`commit ${code(commit.slice(0, 7))}`]),
    ...(runUrl === undefined ? [] : [link('run', runUrl)]),
    humanTime(time),
    `kolena-s3-access v${actionVersion}`,
  ];
  return `<sub>${parts.join(' · ')}</sub>`;
}
