import { isVerified } from '../verify/check.ts';
import { bucketStates } from './bucket-states.ts';
import { defined } from '../base/defined.ts';
import { resourceRows } from '../plan/rows.ts';
import { renderWithin, firstRows, type Detail, type Limit } from './detail.ts';
import { historyAfter, readMarker, writeMarker, type CommentMarker, type HistoryEntry } from './marker.ts';
import { clip, code, details, fence, link, prose } from './markdown.ts';
import type { Mask } from './mask.ts';
import { maskedReport } from './masked-report.ts';
import { forKolena, overview } from './overview.ts';
import { grantPicture } from './picture.ts';
import type { Report } from './report.ts';
import { resourceDiffs } from './resource-diff.ts';
import * as section from './sections.ts';
import { headline } from './headline.ts';

/** What identifies the Action's comment, and the body that it replaces. */
export interface CommentProps {
  /** The `comment-key` input. */
  readonly key: string;
  /** The step of the branch's history that an apply is about. */
  readonly step?: string | undefined;
  /** Body of the existing comment; its results become history. */
  readonly previous?: string | undefined;
  readonly mask: Mask;
}

/**
 * GitHub refuses a body of more than 65,536 characters, and a part of that is reserved for characters that count differently.
 * https://docs.github.com/rest/issues/comments
 */
const commentLimit: Limit = { units: 65_000, bytes: 262_144 };

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits */
const summaryLimit: Limit = { units: 1_048_576 - 1024, bytes: 1_048_576 - 1024 };

/** The job summary as Markdown, at most 1 MiB. */
export function renderSummary(report: Report, mask: Mask): string {
  const model = modelOf(maskedReport(report, mask));
  return renderWithin(summaryLimit, (detail) => `${body(model, detail, []).join('\n\n')}\n`);
}

/** The pull request's comment as Markdown, under GitHub's limit whatever the plan. */
export function renderComment(report: Report, { key, step, previous, mask }: CommentProps): string {
  const model = modelOf(maskedReport(report, mask));
  const before = previous === undefined ? undefined : readMarker(previous, key);
  const history = historyAfter(before).map((entry) => ({ ...entry, verdict: mask(entry.verdict) }));
  const marker = writeMarker({
    ...approvable(model.report, step, before),
    key,
    latest: historyEntry(model),
    history,
  });
  return renderWithin(
    commentLimit,
    (detail) => `${[marker, ...body(model, detail, history)].join('\n\n')}\n`,
  );
}

/**
 * Only a plan can be approved: an apply keeps what was approved, whether it succeeds or not, and a plan that failed leaves
 * nothing to approve.
 */
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

/** What is computed once, however often it is rendered. */
type Model = ReturnType<typeof modelOf>;

function modelOf(report: Report) {
  const states = bucketStates(report);
  const planned = plannedOf(report);
  return {
    report,
    headline: headline(report, states),
    states,
    rows: planned === undefined ? [] : resourceRows(planned),
    diffs: diffsOf(report),
    picture: grantPicture(report, states),
  };
}

/** What there is to tell of a plan. */
type Planned = Pick<Report, 'plan' | 'desired' | 'observed' | 'backend'>;

function plannedOf(report: Planned) {
  const { plan, desired } = report;
  return plan === undefined || desired === undefined ? undefined : { ...report, plan, desired };
}

function diffsOf(report: Planned) {
  const planned = plannedOf(report);
  return planned === undefined ? [] : resourceDiffs(planned);
}

function historyEntry({ report: { time, commit }, headline: verdict }: Model): HistoryEntry {
  return { time, ...defined({ commit }), verdict };
}

function body(model: Model, detail: Detail, history: readonly HistoryEntry[]): string[] {
  const { report, states, rows, diffs, picture } = model;
  const { checks = [], plannedChecks = [] } = report;
  const proven = section.checksSection(checks, detail);
  // The checks after apply include the simulator's answers on the same documents.
  const simulated = checks.length > 0 ? [] : section.checksSection(plannedChecks, detail);
  return [
    `### ${icon(report)}${prose(model.headline)}`,
    ...section.failureSection(report, detail),
    ...overview(report, states, detail),
    ...section.warningSections(report, detail),
    ...forKolena(report, states, detail),
    ...(proven.length > 0 ? ['#### What was proven', ...proven] : []),
    ...(detail.picture && picture !== undefined ? [fence('mermaid', picture)] : []),
    ...section.resourceSection(rows, detail),
    ...section.diffSection(report, diffs, detail),
    ...(simulated.length > 0
      ? [details("What IAM's simulator says of the new documents", simulated.join('\n\n'))]
      : []),
    ...section.rawDiffSection(report, rows, detail),
    ...leftOut(model, detail),
    ...historySection(history, detail),
    footer(report),
  ];
}

function icon({ outcome, checks = [] }: Report): string {
  switch (outcome) {
    case 'failed':
      return '❌ ';
    case 'verified':
      return isVerified(checks) ? '✅ ' : '⚠️ ';
    case 'applied':
    case 'destroyed':
      return '✅ ';
    case 'planned':
      return '';
    case 'synthesized':
    case 'skipped':
      return 'ℹ️ ';
  }
}

function leftOut({ report, rows, diffs, picture }: Model, detail: Detail): string[] {
  const longest = Math.max(
    rows.length,
    diffs.reduce((lines, diff) => lines + diff.length + 1, 0),
  );
  const parts = [
    ...(!detail.rawDiff && report.rawDiff !== undefined ? ["Terraform's own diff"] : []),
    ...(!detail.unchanged ? ['what stays as it is'] : []),
    ...(!detail.picture && picture !== undefined ? ['the picture'] : []),
    ...(longest > detail.rows ? ['rows of long tables'] : []),
  ];
  if (parts.length === 0) return [];
  return [
    `Left out to fit GitHub's limit: ${parts.join(', ')}. More stands in the ${link('job summary', report.runUrl)}.`,
  ];
}

function historySection(history: readonly HistoryEntry[], detail: Detail): string[] {
  if (history.length === 0) return [];
  const lines = firstRows(history, detail).shown.map(
    ({ time, commit, verdict }) =>
      `- ${code(time)} ${commit === undefined ? '' : code(commit.slice(0, 7))} ${prose(clip(verdict, detail.clip))}`,
  );
  return [details(`Earlier results (${history.length})`, lines.join('\n'))];
}

function footer({ commit, digest, runUrl, time }: Report): string {
  return [
    ...(commit === undefined ? [] : [`commit ${code(commit.slice(0, 7))}`]),
    ...(digest === undefined ? [] : [`plan ${code(digest.slice(0, 12))}`]),
    ...(runUrl === undefined ? [] : [link('run', runUrl)]),
    code(time),
  ].join(' · ');
}
