import { groupBy } from '../base/group-by.ts';
import type { Check } from '../verify/check.ts';
import { checks as catalogue, isOfKind, type CheckKind } from '../verify/checks.ts';
import type { Detail } from './detail.ts';
import { clip, code, count, prose, sentenceAndBlock, table, type Inline } from './markdown.ts';

/** Past this number of buckets, those whose answers are alike and good share a row. */
const SINGLE_ROWS = 10;
const SHOWN_CAUSES = 10;

const columns = {
  lists: ['lists'],
  reads: ['reads', 'bucket-policy', 'object-ownership'],
  decrypts: ['decrypts', 'key-policy'],
  'refused after the end': ['ended-reads', 'denies-ended'],
  browser: ['presigned', 'preflight', 'preflight-unknown-origin', 'kolena-cors'],
  'no write': ['denies-write', 'denies-delete'],
  "others' CORS kept": ['foreign-cors'],
} as const satisfies Readonly<Record<string, readonly CheckKind[]>>;

type Column = keyof typeof columns;
const columnNames = Object.keys(columns) as Column[];

/** The column of the matrix that a check belongs to; undefined for those about the role. */
export function columnOf({ id }: Check): Column | undefined {
  return columnNames.find((name) => columns[name].some((kind) => isOfKind(id, kind)));
}

/** The bucket that a check is about: no name of a bucket holds `/` or `:`. */
export function bucketOf(check: Check): string | undefined {
  return columnOf(check) === undefined ? undefined : /^[^:]+:([^/:]+)/.exec(check.id)?.[1];
}

/** A problem that one step ends, and the checks that met it. */
export interface Cause {
  readonly mark: string;
  readonly checks: readonly Check[];
}

/** What failed, then what somebody should know, then what a step would let be tried; each cause once. */
export function causesOf(checks: readonly Check[]): Cause[] {
  const wrong = (['fail', 'warning', 'unprovable'] as const).flatMap((status) =>
    checks.filter((check) => check.status === status && check.remedy !== undefined),
  );
  return [...groupBy(wrong, causeOf).values()].map((members, at) => ({
    mark: Array.from(String(at + 1), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))).join(''),
    checks: members,
  }));
}

/** A remedy of its own names the cause; a check's general one does not. */
function causeOf({ id, status, evidence, remedy = '' }: Check): string {
  const kinds = Object.keys(catalogue) as CheckKind[];
  const general = kinds.some((kind) => isOfKind(id, kind) && catalogue[kind].remedy === remedy);
  return JSON.stringify(general ? [status, remedy, evidence] : [status, remedy]);
}

interface MatrixProps {
  readonly checks: readonly Check[];
  readonly causes: readonly Cause[];
  /** Buckets that are granted no longer: nothing but the CORS rules is checked of them. */
  readonly removed: readonly string[];
}

/** Bucket by bucket what AWS answered, with marks that lead to the causes. */
export function matrix({ checks, causes, removed }: MatrixProps, detail: Detail): string[] {
  const ofBuckets = checks.filter((check) => bucketOf(check) !== undefined);
  const shown = columnNames.filter(
    (name) => !name.endsWith('the end') || ofBuckets.some((check) => columnOf(check) === name),
  );
  const rows = [...groupBy(ofBuckets, (check) => bucketOf(check) ?? '')].map(([bucket, own]) => ({
    bucket: `${code(clip(bucket, detail.clip))}${removed.includes(bucket) ? ', removed' : ''}`,
    cells: shown.map((name) => cell(inColumn(own, name), causes)),
    isWrong: own.some(({ status }) => status === 'fail' || status === 'warning'),
  }));
  const wrong = rows.filter(({ isWrong }) => isWrong);
  const right = rows.filter(({ isWrong }) => !isWrong);
  const single = rows.length <= SINGLE_ROWS ? rows : wrong.slice(0, Math.min(SINGLE_ROWS, detail.rows));
  const groups = rows.length <= SINGLE_ROWS ? [] : [...groupBy(right, ({ cells }) => cells.join()).values()];
  const body = [
    ...single.map(({ bucket, cells }) => [bucket, ...cells]),
    ...groups.map((group) => [
      count(group.length, wrong.length > 0 ? 'other bucket' : 'bucket'),
      ...(group[0]?.cells ?? []),
    ]),
  ];
  if (body.length === 0) return [];
  return [table(['Bucket', ...shown], body, rows.length <= SINGLE_ROWS ? 0 : wrong.length - single.length)];
}

function inColumn(checks: readonly Check[], name: Column): Check[] {
  return checks.filter((check) => columnOf(check) === name);
}

function worstOf(checks: readonly Check[]): Check['status'] | undefined {
  return (['fail', 'warning', 'unprovable', 'pass'] as const).find((status) =>
    checks.some((check) => check.status === status),
  );
}

const signs = { fail: '❌', warning: '⚠️', unprovable: '–', pass: '✅' } as const;

function cell(own: readonly Check[], causes: readonly Cause[]): Inline {
  const worst = worstOf(own);
  if (worst === undefined) return signs.unprovable;
  const marks = causes
    .filter(({ checks }) => checks.some((check) => check.status === worst && own.includes(check)))
    .map(({ mark }) => mark);
  return [signs[worst], ...marks].join(' ');
}

/** Each cause with its one fix, in the order of their marks. */
export function causeSections(causes: readonly Cause[], detail: Detail): string[] {
  const shown = causes.slice(0, Math.min(SHOWN_CAUSES, detail.rows));
  const more = causes.length - shown.length;
  return [
    ...shown.flatMap(({ mark, checks: [first, ...others] }) => {
      if (first === undefined) return [];
      const { title, evidence, remedy = '' } = first;
      const also = others.length > 0 ? ` The same fix applies to ${count(others.length, 'more check')}.` : '';
      const sign = { fail: '❌ failed', warning: '⚠️ warning', unprovable: 'not tried', pass: '' }[
        first.status
      ];
      const [step = '', ...block] = sentenceAndBlock(clip(remedy, detail.clip));
      return [
        `${mark} **${sign}:** ${prose(clip(title, detail.clip))} ${prose(clip(evidence, detail.clip))}${also} **Fix:** ${step}`,
        ...block,
      ];
    }),
    ...(more > 0 ? [`${count(more, 'more cause')} among the checks below.`] : []),
  ];
}

/** The checks that are about no single bucket, as a count behind what they are about. */
export function roleLine(checks: readonly Check[], role: Inline): string[] {
  // The headline says that everything is seen from inside.
  const own = checks.filter((check) => bucketOf(check) === undefined && check.id !== 'organization');
  if (own.length === 0) return [];
  const number = (status: Check['status']) => own.filter((check) => check.status === status).length;
  const failed = number('fail') > 0 ? `${number('fail')} failed, ` : '';
  const untried = number('unprovable') > 0 ? `, ${number('unprovable')} not tried` : '';
  return [
    `${role}, and no other bucket: ${signs[worstOf(own) ?? 'pass']} ${failed}${number('pass')} of ${own.length} passed${untried}`,
  ];
}
