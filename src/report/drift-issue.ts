import { renderWithin } from './detail.ts';
import { type Mask, maskedReport } from './mask.ts';
import { inHtmlComment } from './marker.ts';
import { commentLimit, reportBlocks } from './render.ts';
import type { Report } from './report.ts';

/** An issue about drift that this identity opened. */
export interface DriftIssue {
  readonly number: number;
  readonly url: string;
  readonly body: string;
  readonly isOpen: boolean;
  /** Whether a person closed it as not planned. */
  readonly isDeclined: boolean;
}

/** What to do, one after the other; `isNews`: it says something else than before. */
export type IssueStep =
  | { readonly kind: 'open' }
  | { readonly kind: 'update'; readonly number: number; readonly isNews: boolean }
  | { readonly kind: 'close'; readonly number: number; readonly duplicateOf?: number };

const OPENING = '<!-- kolena-s3-access:drift {';

function opening(key: string, digest = ''): string {
  return `${OPENING}"key":${inHtmlComment(key)},"digest":${inHtmlComment(digest)}`;
}

/** The marker of an issue without its end; text of others that holds a marker, as a CORS rule's ID, stands below it. */
function markerIn(body: string): string {
  return /<!-- kolena-s3-access:drift \{[^>]*/.exec(body)?.[0] ?? '';
}

/** Whether an issue is about the drift of this `comment-key`, whatever people wrote around the marker. */
export function isAbout(body: string, key: string): boolean {
  return markerIn(body).startsWith(`${OPENING}"key":${inHtmlComment(key)},`);
}

/** Whether an issue names another config or account than this one; those of earlier versions name none. */
export function isOfAnother(body: string, scope: string): boolean {
  const marker = markerIn(body);
  return marker.includes(',"scope":') && !marker.includes(`,"scope":${inHtmlComment(scope)}}`);
}

/** What is done about the issues as they stand, oldest first: one stays open while there is drift. */
export function issueSteps(
  issues: readonly DriftIssue[],
  { key, digest, isDrift }: { readonly key: string; readonly digest: string; readonly isDrift: boolean },
): IssueStep[] {
  const [oldest, ...others] = issues.filter(({ isOpen }) => isOpen);
  const isNews = (body: string) => !markerIn(body).startsWith(opening(key, digest));
  if (oldest === undefined) {
    const last = issues.at(-1);
    const isKnown = last?.isDeclined === true && !isNews(last.body);
    return isDrift && !isKnown ? [{ kind: 'open' }] : [];
  }
  const { number, body } = oldest;
  return [
    isDrift ? { kind: 'update', number, isNews: isNews(body) } : { kind: 'close', number },
    ...others.map((other) => ({ kind: 'close', number: other.number, duplicateOf: number }) as const),
  ];
}

/** The issue's body as Markdown: the comment's own words, and what moved. */
export function renderDriftIssue(report: Report, { key, mask }: { key: string; mask: Mask }): string {
  const shown = maskedReport(report, mask);
  const marker = `${opening(key, shown.digest)},"scope":${inHtmlComment(shown.shown?.scope ?? '')}} -->`;
  const blocks = renderWithin(commentLimit, (detail) =>
    [marker, ...reportBlocks(shown, detail)].join('\n\n'),
  );
  return `${blocks.text}\n`;
}
