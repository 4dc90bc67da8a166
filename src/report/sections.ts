import { corsAddress } from '../plan/resources.ts';
import type { Check } from '../verify/check.ts';
import type { ResourceRow } from '../plan/rows.ts';
import { firstRows, type Detail } from './detail.ts';
import type { DiffLine } from './diff-line.ts';
import { alert, clip, code, count, details, fence, prose, sentenceAndBlock, table } from './markdown.ts';
import type { Report } from './report.ts';

/** A diff of up to this many lines is not folded. */
const OPEN_DIFF_LINES = 60;

/** A table of up to this many resources is not folded. */
const OPEN_ROWS = 30;

/** What failed and the next step; each failed check shows its own among the checks. */
export function failureSection({ failure, checks = [] }: Report, detail: Detail): string[] {
  if (failure === undefined) return [];
  if (failure.reason === 'verification-failed' && checks.some(({ status }) => status === 'fail')) return [];
  const remedy = sentenceAndBlock(clip(failure.remedy, detail.clip));
  return [alert('CAUTION', [sentences(clip(failure.message, detail.clip)), '**Next step**', ...remedy])];
}

/** Warnings, which stop nothing, and notes. */
export function warningSections({ desired, notes }: Report, detail: Detail): string[] {
  const warnings = firstRows(desired?.warnings ?? [], detail);
  const texts = warnings.shown.flatMap(({ message, remedy }) => [
    prose(clip(message, detail.clip)),
    ...(remedy === undefined ? [] : sentenceAndBlock(clip(remedy, detail.clip))),
  ]);
  const shownNotes = firstRows(notes, detail);
  return [
    ...(texts.length > 0 ? [alert('WARNING', [...texts, ...andMore(warnings.more)])] : []),
    ...(shownNotes.shown.length > 0
      ? [
          alert('NOTE', [
            ...shownNotes.shown.map((note) => prose(clip(note, detail.clip))),
            ...andMore(shownNotes.more),
          ]),
        ]
      : []),
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

/** Every resource with its action; unchanged ones are folded. */
export function resourceSection(rows: readonly ResourceRow[], detail: Detail): string[] {
  const changed = rows.filter(({ action }) => action !== 'unchanged');
  const unchanged = detail.unchanged ? rows.filter(({ action }) => action === 'unchanged') : [];
  return [
    ...(changed.length > OPEN_ROWS
      ? [details(`Resources that change (${changed.length})`, resourceTable(changed, detail))]
      : changed.length > 0
        ? ['#### Resources', resourceTable(changed, detail)]
        : []),
    ...(unchanged.length > 0
      ? [details(`Unchanged resources (${unchanged.length})`, resourceTable(unchanged, detail))]
      : []),
  ];
}

function resourceTable(rows: readonly ResourceRow[], detail: Detail): string {
  const { shown, more } = firstRows(rows, detail);
  const cells = shown.map(({ action, label, name, address }) => [
    `${icons[action]} ${action}`,
    `${prose(label)} ${code(clip(name, detail.clip))}`,
    code(clip(address, detail.clip)),
  ]);
  return table(['Action', 'Resource', 'Terraform address'], cells, more);
}

/** What changes in each resource, line by line. */
export function diffSection(
  report: Report,
  diffs: readonly (readonly DiffLine[])[],
  detail: Detail,
): string[] {
  const title = diffTitle(report);
  const lines = diffLines(diffs, detail.clip);
  if (lines.length === 0) return [];
  const { shown, more } = firstRows(lines, detail);
  const cut = more > 0 ? [`  … and ${count(more, 'more line')}`] : [];
  const block = fence('diff', [...shown, ...cut].join('\n'));
  if (lines.length <= OPEN_DIFF_LINES) return [`#### ${title}`, block];
  return [details(`${title}, line by line (${lines.length} lines)`, block)];
}

/** Whether a diff stands there to its last line and character. */
export function isDiffWhole(diffs: readonly (readonly DiffLine[])[], { rows, clip: limit }: Detail): boolean {
  const lines = diffLines(diffs, Infinity);
  return lines.length <= rows && lines.every((line) => line.length <= limit);
}

/** Beside a plan that neither comment nor job summary has room for. */
export function unapprovable(): string {
  return alert('WARNING', [
    prose(
      'This plan is too long to be shown whole, here or in the job summary, so nothing of it can be approved. Bring the change in by several pull requests, one after the other.',
    ),
  ]);
}

function diffTitle({ outcome, failure }: Report): string {
  switch (outcome) {
    case 'applied':
    case 'destroyed':
      return 'What changed';
    case 'failed':
      // Verification comes after apply.
      return failure?.reason === 'verification-failed' ? 'What changed' : 'What the plan would change';
    case 'planned':
    case 'synthesized':
    case 'skipped':
    case 'verified':
      return 'What changes';
  }
}

/** The lines of several diffs as text, an empty one between each two; values are cut to `limit` characters. */
export function diffLines(diffs: readonly (readonly DiffLine[])[], limit: number): string[] {
  return diffs
    .flatMap((diff, at) => (at === 0 ? diff : [{ sign: ' ', text: '' } as const, ...diff]))
    .map(({ sign, text }) => `${sign} ${clip(oneLine(text), limit)}`.trimEnd());
}

/** A line break in data must not look like a line of the diff. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u0085\u2028\u2029]+/g, '␤');
}

const results: Readonly<Record<Check['status'], string>> = {
  fail: '❌ fail',
  warning: '⚠️ warning',
  unprovable: '❔ unprovable',
  pass: '✅ pass',
};
const worstFirst: readonly Check['status'][] = ['fail', 'warning', 'unprovable', 'pass'];

/** Checks with their evidence, what failed first, and what to do about them. */
export function checksSection(checks: readonly Check[], detail: Detail): string[] {
  const sorted = worstFirst.flatMap((status) => checks.filter((check) => check.status === status));
  const listed = detail.unchanged ? sorted : sorted.filter(({ status }) => status !== 'pass');
  const { shown, more } = firstRows(listed, detail);
  const clipped = (text: string) => prose(clip(text, detail.clip));
  const rows = shown.map(({ status, title, evidence }) => [
    results[status],
    clipped(title),
    clipped(evidence),
  ]);
  const passed = checks.filter(({ status }) => status === 'pass').length;
  const remedies = ({ title, remedy, status }: Check) =>
    remedy === undefined || status === 'pass'
      ? []
      : [`**${results[status]}:** ${clipped(title)}`, ...sentenceAndBlock(clip(remedy, detail.clip))];
  return [
    // What has to be fixed comes before a long table.
    ...shown.filter(({ status }) => status === 'fail').flatMap(remedies),
    ...(rows.length > 0 ? [table(['Result', 'Check', 'Evidence'], rows, more)] : []),
    ...(detail.unchanged || passed === 0 ? [] : [`${count(passed, 'check')} passed.`]),
    ...shown.filter(({ status }) => status !== 'fail').flatMap(remedies),
  ];
}

/** Terraform's own text, folded, with what it cannot show. */
export function rawDiffSection(
  { rawDiff, desired }: Report,
  rows: readonly ResourceRow[],
  detail: Detail,
): string[] {
  if (!detail.rawDiff || rawDiff === undefined || rawDiff.trim() === '') return [];
  const written = new Set(
    desired?.cors.filter(({ throughS3 }) => throughS3).map(({ bucket }) => corsAddress(bucket)),
  );
  const unseen = rows.filter(
    ({ action, address, change }) =>
      (change === undefined || written.has(address)) && action !== 'unchanged' && action !== 'adopt',
  );
  const text = fence('text', rawDiff.trim());
  if (unseen.length === 0) return [details("Terraform's own diff", text)];
  const note = `Not in Terraform's text: the CORS rules of ${count(unseen.length, 'bucket')}, which are written through S3 itself, so that the rules of others stay exactly as they are. The difference above shows them.`;
  return [details("Terraform's own diff", `${note}\n\n${text}`)];
}

/** Sentences, one a line; those behind a dash become a list. */
function sentences(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => (line.startsWith('- ') ? `- ${prose(line.slice(2))}` : prose(line))).join('\n');
}
