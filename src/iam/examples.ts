import { defined } from '../base/defined.ts';
import { momentOf } from '../base/time.ts';
import { normalizeStatements, type NormalizedCondition } from './compare-policy.ts';
import type { Statement } from './policy-document.ts';
import { like } from './evaluate-policy.ts';

/** Context keys and values of one request. */
export type RequestContext = Readonly<Record<string, string>>;

/** A name that nobody uses: it stands for whatever a wildcard matches. */
const ANY = 'kolena-s3-access-any';

/** One value that a pattern matches, and a narrower one does not. @example exampleOf('images/*') // 'images/kolena-s3-access-any' */
export function exampleOf(pattern: string): string {
  return pattern.replace(/\*+/g, ANY).replaceAll('?', 'x');
}

/** Contexts that statements tell apart: an empty one; all conditions of one met, by each value; one absent or unmet. */
export function contextsOf(statements: readonly Statement[]): RequestContext[] {
  const all = normalizeStatements({ Statement: statements }).flatMap(({ conditions }) =>
    // `s3:prefix` belongs to the place that is asked for.
    waysOf(conditions.filter(({ key }) => key.toLowerCase() !== 's3:prefix')),
  );
  return [...new Map([{}, ...all].map((context) => [JSON.stringify(context), context])).values()];
}

function waysOf(conditions: readonly NormalizedCondition[]): RequestContext[] {
  const met = Object.assign(
    {},
    ...conditions.map((one) => withKey({}, one, meeting(one)[0])),
  ) as RequestContext;
  const others = conditions.flatMap((one) =>
    [...meeting(one).slice(1), undefined, missing(one)].map((value) => withKey(met, one, value)),
  );
  return [met, ...others];
}

/** The context with this value of a condition's key, or without the key. */
function withKey(context: RequestContext, { key }: NormalizedCondition, value?: string): RequestContext {
  return defined({ ...context, [key.toLowerCase()]: value }) as RequestContext;
}

/** Values that meet a condition; none where an absent key meets it. */
function meeting({ operator, values }: NormalizedCondition): (string | undefined)[] {
  const name = operator.toLowerCase();
  if (/^date(less|greater)/.test(name))
    return values.map((date) => shifted(date, name.startsWith('dateless') ? -1 : 1));
  if (name === 'null') return [values.includes('true') ? undefined : ANY];
  return /not/.test(name) ? [undefined] : values.map(exampleOf);
}

function missing({ operator, values }: NormalizedCondition): string {
  const name = operator.toLowerCase();
  if (name.startsWith('dateless')) return '9999-12-31T00:00:00Z';
  if (name.startsWith('dategreater')) return '1970-01-01T00:00:00Z';
  if (name.startsWith('bool')) return values.includes('true') ? 'false' : 'true';
  return /not/.test(name) ? exampleOf(values[0] ?? ANY) : `${ANY}-other`;
}

function shifted(date: string, seconds: number): string {
  const time = momentOf(date);
  return Number.isNaN(time) ? date : new Date(time + seconds * 1000).toISOString();
}

/** Documents whose patterns cross more often are not looked at more closely. */
const MOST_OVERLAPS = 500;

/** Patterns with those of what several of them match together, so that their examples tell all apart: only an inner wildcard makes two cross. */
export function withOverlaps(patterns: readonly string[]): string[] {
  const all = [...new Set(patterns)];
  if (!all.some(isInner)) return all;
  const most = all.length + MOST_OVERLAPS;
  for (let at = 0; at < all.length && all.length < most; at += 1) {
    const one = all[at] ?? '';
    for (const other of all.slice(0, at).filter((earlier) => isInner(earlier) || isInner(one))) {
      const overlap = overlapOf(one, other);
      if (overlap !== undefined && !all.includes(overlap)) all.push(overlap);
    }
  }
  return all;
}

function isInner(pattern: string): boolean {
  return /[*?]./s.test(pattern);
}

/** A pattern of what two patterns both match, unless one lies in the other. @example overlapOf('image*', 'imag*\/*') // 'image*\/*' */
export function overlapOf(a: string, b: string): string | undefined {
  if (like(a, exampleOf(b)) || like(b, exampleOf(a))) return undefined;
  const seen = new Set<string>();
  const meet = (i: number, j: number): string | undefined => {
    if (i === a.length && j === b.length) return '';
    if (seen.has(`${i} ${j}`)) return undefined;
    // What is found ends the search: whoever comes here again comes after a dead end.
    seen.add(`${i} ${j}`);
    return step(i, j);
  };
  const then = (shared: string, i: number, j: number): string | undefined => {
    const rest = meet(i, j);
    return rest === undefined ? undefined : shared + rest;
  };
  const step = (i: number, j: number): string | undefined => {
    const [x, y] = [a[i], b[j]];
    if (x === '*') return then(y === '*' ? '*' : '', i + 1, j) ?? (y && then(y, i, j + 1));
    if (y === '*') return then('', i, j + 1) ?? (x && then(x, i + 1, j));
    if (x === undefined || y === undefined) return undefined;
    return x === y || x === '?' || y === '?' ? then(x === '?' ? y : x, i + 1, j + 1) : undefined;
  };
  return meet(0, 0)?.replace(/\*+/g, '*');
}
