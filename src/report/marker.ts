import { defined } from '../base/defined.ts';
import { isMapping } from '../base/mapping.ts';
import type { AppliedStep, ShownPlan } from '../plan/approval.ts';
import { clip } from './markdown.ts';

/** One result in a comment, its time in ISO 8601. */
export interface HistoryEntry {
  readonly time: string;
  readonly commit?: string;
  /** The headline of the result, as plain text. The comments that exist hold it under this name. */
  readonly verdict: string;
}

/** What the Action's comment hides in its first line, the `comment-key` among it. */
export interface CommentMarker {
  readonly key: string;
  /** The plan that the comment shows for approval; absent when it shows none. */
  readonly shown?: ShownPlan;
  /** The last apply that finished its writes. */
  readonly applied?: AppliedStep;
  readonly latest: HistoryEntry;
  /** Earlier results, newest first, at most 20. */
  readonly history: readonly HistoryEntry[];
}

const HISTORY_LENGTH = 20;
const VERDICT_LENGTH = 200;
const OPENING = '<!-- kolena-s3-access ';
const CLOSING = ' -->';

/** The marker as an HTML comment, which GitHub shows to nobody. */
export function writeMarker(marker: CommentMarker): string {
  // "--" and ">" would end the comment; the others are escaped so that nothing in it can mean anything to GitHub.
  const { key, shown, applied, latest, history } = marker;
  const { facts, isAnew, ...plan } = shown ?? {};
  const state = applied === undefined ? undefined : 'applied';
  const data = {
    key,
    state: shown === undefined ? state : (state ?? 'planned'),
    ...plan,
    facts: facts?.join(' '),
    anew: isAnew === true ? true : undefined,
    applied: applied?.commit,
    appliedAt: applied?.time,
    latest,
    history,
  };
  return `${OPENING}${inHtmlComment(data)}${CLOSING}`;
}

/** The last line of the Action's comment, by which it is known when somebody took its marker away. */
export function writeSeal(key: string): string {
  return `<!-- kolena-s3-access:end ${inHtmlComment(key)}${CLOSING}`;
}

/** Whether the Action's comment with this key had a marker that is not readable any more: somebody edited it. */
export function isMarkerDestroyed(body: string, key: string): boolean {
  return readMarker(body, key) === undefined && body.trimEnd().endsWith(writeSeal(key));
}

/** What stands in place of a destroyed marker: it shows nothing. */
export function emptyMarker(key: string): CommentMarker {
  return { key, latest: { time: '', verdict: '' }, history: [] };
}

export function inHtmlComment(data: unknown): string {
  return JSON.stringify(data).replace(
    /-(?=-)|[<>&@#]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The marker of the Action's comment with this key; undefined for any other comment. Unknown fields are ignored. */
export function readMarker(body: string, key: string): CommentMarker | undefined {
  const end = body.indexOf(CLOSING);
  if (!body.startsWith(OPENING) || end < 0) return undefined;
  const data = parseObject(body.slice(OPENING.length, end));
  if (data?.['key'] !== key) return undefined;
  const { latest, history } = data;
  return {
    key,
    ...defined({ shown: shownIn(data), applied: appliedIn(data) }),
    latest: readEntry(latest) ?? emptyMarker(key).latest,
    history: (Array.isArray(history) ? history : []).flatMap((entry) => readEntry(entry) ?? []),
  };
}

/** The history of a comment that is about to show a newer result. */
export function historyAfter(previous: CommentMarker | undefined): HistoryEntry[] {
  if (previous === undefined) return [];
  return [previous.latest, ...previous.history]
    .filter(({ time }) => time !== '')
    .slice(0, HISTORY_LENGTH)
    .map(({ verdict, ...entry }) => ({ ...entry, verdict: clip(verdict, VERDICT_LENGTH) }));
}

function shownIn(data: Readonly<Record<string, unknown>>): ShownPlan | undefined {
  const [head, digest] = [textOf(data['head']), textOf(data['digest'])];
  if (head === undefined || digest === undefined) return undefined;
  return {
    head,
    digest,
    isAnew: data['anew'] === true,
    ...defined({
      facts: textOf(data['facts'])?.split(' '),
      plannedAt: textOf(data['plannedAt']),
      scope: textOf(data['scope']),
      isCut: data['isCut'] === true || undefined,
    }),
  };
}

function appliedIn(data: Readonly<Record<string, unknown>>): AppliedStep | undefined {
  const commit = textOf(data['applied']);
  return commit === undefined ? undefined : { commit, time: textOf(data['appliedAt']) ?? '' };
}

function readEntry(data: unknown): HistoryEntry | undefined {
  if (!isMapping(data)) return undefined;
  const { time, commit, verdict } = data;
  if (typeof time !== 'string' || typeof verdict !== 'string') return undefined;
  return { time: clip(time, 40), ...(typeof commit === 'string' && { commit: clip(commit, 64) }), verdict };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const data: unknown = JSON.parse(json);
    return isMapping(data) ? data : undefined;
  } catch {
    // Somebody edited the comment.
    return undefined;
  }
}
