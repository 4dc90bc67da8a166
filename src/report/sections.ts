import { corsAddress } from '../plan/resources.ts';
import type { Check } from '../verify/check.ts';
import type { ResourceRow } from '../plan/rows.ts';
import { firstRows, type Detail } from './detail.ts';
import type { DiffLine } from './diff-line.ts';
import { alert, clip, code, count, details, fence, prose, sentenceAndBlock, table } from './markdown.ts';
import type { Report } from './report.ts';

/** What failed and the next step; each failed check shows its own among the checks. */
export function failureSection({ failure, checks = [] }: Report, detail: Detail): string[] {
  if (failure === undefined) return [];
  if (failure.reason === 'verification-failed' && checks.some(({ status }) => status === 'fail')) return [];
  const remedy = sentenceAndBlock(clip(failure.remedy, detail.clip));
  return [alert('CAUTION', [sentences(clip(failure.message, detail.clip)), '**Next step**', ...remedy])];
}

/** Warnings, which stop nothing, and notes; none of them in a box, which is for access that grows. */
export function warningSections({ desired, notes }: Report, detail: Detail): string[] {
  const warnings = firstRows(desired?.warnings ?? [], detail);
  const shownNotes = firstRows(notes, detail);
  return [
    ...warnings.shown.flatMap(({ message, remedy }) => {
      const [step = '', ...block] = remedy === undefined ? [] : sentenceAndBlock(clip(remedy, detail.clip));
      return [`⚠️ **Warning:** ${prose(clip(message, detail.clip))} ${step}`.trimEnd(), ...block];
    }),
    ...andMore(warnings.more),
    ...shownNotes.shown.map((note) => `ℹ️ **Note:** ${prose(clip(note, detail.clip))}`),
    ...andMore(shownNotes.more),
  ];
}

function andMore(more: number): string[] {
  return more > 0 ? [`… and ${more} more`] : [];
}

const icons: Readonly<Record<ResourceRow['action'], string>> = {
  create: '🟢',
  change: '🟡',
  adopt: '🔵',
  'adopt and change': '🟡',
  'remove rule': '🔴',
  replace: '🔴',
  delete: '🔴',
  forget: '⚪',
  unchanged: '⚪',
};

/** Terraform's side of the plan, folded: every resource with its action, and Terraform's own text. */
export function terraformSection(report: Report, rows: readonly ResourceRow[], detail: Detail): string[] {
  const shown = detail.unchanged ? rows : rows.filter(({ action }) => action !== 'unchanged');
  const body = [
    ...(shown.length > 0 ? [resourceTable(shown, detail)] : []),
    ...rawDiff(report, rows, detail),
  ];
  return body.length === 0 ? [] : [details(`Terraform: ${resourceCounts(rows)}`, body.join('\n\n'))];
}

function resourceCounts(rows: readonly ResourceRow[]): string {
  const words = [...new Set(rows.map(({ action }) => action))];
  const counts = words.map((word) => `${rows.filter(({ action }) => action === word).length} ${word}`);
  return counts.length === 0 ? 'no resources' : counts.join(', ');
}

function resourceTable(rows: readonly ResourceRow[], detail: Detail): string {
  const { shown, more } = firstRows(rows, detail);
  const cells = shown.map(({ action, label, name, address }) => [
    `${icons[action]}&nbsp;${action.replaceAll(' ', '&nbsp;')}`,
    `${prose(label)} ${code(clip(name, detail.clip))}`,
    code(clip(address, detail.clip)),
  ]);
  return table(['Action', 'Resource', 'Terraform address'], cells, more);
}

/** What changes in each resource, line by line, folded. */
export function diffSection(diffs: readonly (readonly DiffLine[])[], detail: Detail): string[] {
  const lines = diffLines(diffs, detail.clip);
  if (lines.length === 0) return [];
  const { shown, more } = firstRows(lines, detail);
  const cut = more > 0 ? [`  … and ${count(more, 'more line')}`] : [];
  const number = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  const title = `Policy and CORS diff: +${number('+')} −${number('-')} lines`;
  return [details(title, fence('diff', [...shown, ...cut].join('\n')))];
}

/** Whether a diff stands there to its last line and character. */
export function isDiffWhole(diffs: readonly (readonly DiffLine[])[], { rows, clip: limit }: Detail): boolean {
  const lines = diffLines(diffs, Infinity);
  return lines.length <= rows && lines.every((line) => line.length <= limit);
}

/** Beside a plan that neither comment nor job summary has room for. */
export const unapprovable = alert('WARNING', [
  prose(
    'This plan is too long to be shown whole, here or in the job summary, so nothing of it can be approved. Bring the change in by several pull requests, one after the other.',
  ),
]);

/** The lines of several diffs as text, an empty one between each two; values are cut to `limit` characters. */
export function diffLines(diffs: readonly (readonly DiffLine[])[], limit: number): string[] {
  // A line break in data must not look like a line of the diff.
  const oneLine = (text: string) => text.replace(/[\r\n\u0085\u2028\u2029]+/g, '␤');
  return diffs
    .flatMap((diff, at) => (at === 0 ? diff : [{ sign: ' ', text: '' } as const, ...diff]))
    .map(({ sign, text }) => `${sign} ${clip(oneLine(text), limit)}`.trimEnd());
}

/** The words for each status, the worst first. */
const statuses: Readonly<Record<Check['status'], { readonly result: string; readonly counted: string }>> = {
  fail: { result: '❌ fail', counted: 'failed' },
  warning: { result: '⚠️ warning', counted: 'with a warning' },
  unprovable: { result: '– not tried', counted: 'could not be tried' },
  pass: { result: '✅ pass', counted: 'passed' },
};

/** Every check with its evidence, what failed first, folded. */
export function checksSection(what: string, checks: readonly Check[], detail: Detail): string[] {
  if (checks.length === 0) return [];
  const byStatus = Object.entries(statuses).map(([status, { counted }]) => ({
    counted,
    members: checks.filter((check) => check.status === status),
  }));
  const sorted = byStatus.flatMap(({ members }) => members);
  const told = detail.unchanged ? sorted : sorted.filter(({ status }) => status !== 'pass');
  const { shown, more } = firstRows(told, detail);
  const clipped = (text: string) => prose(clip(text, detail.clip));
  const rows = shown.map(({ status, title, evidence }) => [
    statuses[status].result,
    clipped(title),
    clipped(evidence),
  ]);
  const counts = byStatus
    .filter(({ members }) => members.length > 0)
    .map(({ members, counted }) => `${members.length} ${counted}`);
  const body =
    rows.length > 0 ? table(['Result', 'Check', 'Evidence'], rows, more) : 'The job summary lists them.';
  return [details(`${what}: ${counts.join(', ')}`, body)];
}

/** Terraform's own text with what it cannot show. */
function rawDiff({ rawDiff: raw, desired }: Report, rows: readonly ResourceRow[], detail: Detail): string[] {
  if (!detail.rawDiff || raw === undefined || raw.trim() === '') return [];
  const written = new Set(
    desired?.cors.filter(({ throughS3 }) => throughS3).map(({ bucket }) => corsAddress(bucket)),
  );
  const unseen = rows.filter(
    ({ action, address, change }) =>
      (change === undefined || written.has(address)) && action !== 'unchanged' && action !== 'adopt',
  );
  // Terraform shows a whole block for each resource that it only reads in.
  const changes = raw.replace(/^ {2}# \S+ will be imported\n(?: {4}.*\n|\n)*? {4}\}\n+/gm, '');
  const note = `Not in Terraform's text: the CORS rules of ${count(unseen.length, 'bucket')}, which are written through S3 itself, so that the rules of others stay exactly as they are. The diff above shows them.`;
  return [...(unseen.length > 0 ? [note] : []), fence('text', changes.trim())];
}

/** Sentences, one a line; those behind a dash become a list. */
function sentences(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => (line.startsWith('- ') ? `- ${prose(line.slice(2))}` : prose(line))).join('\n');
}
