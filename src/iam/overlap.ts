import { like } from './evaluate-policy.ts';
import { exampleOf } from './examples.ts';

/** Documents whose patterns cross more often are not looked at more closely. */
const MOST_OVERLAPS = 500;

/**
 * Patterns with those of what several of them match together, so that their examples tell all of them apart. Prefixes lie
 * in each other or apart; only a wildcard further inside makes two patterns cross.
 */
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

/** Whether a wildcard stands before the last character. */
function isInner(pattern: string): boolean {
  return /[*?]./s.test(pattern);
}

/**
 * A pattern of what two patterns both match; undefined where there is none, or where one lies in the other.
 *
 * @example overlapOf('image*', 'imag*\/*') // 'image*\/*'
 */
export function overlapOf(a: string, b: string): string | undefined {
  if (like(a, exampleOf(b)) || like(b, exampleOf(a))) return undefined;
  const deadEnds = new Set<string>();
  const meet = (i: number, j: number): string | undefined => {
    if (i === a.length && j === b.length) return '';
    if (deadEnds.has(`${i} ${j}`)) return undefined;
    const found = step(i, j);
    if (found === undefined) deadEnds.add(`${i} ${j}`);
    return found;
  };
  const then = (shared: string, i: number, j: number): string | undefined => {
    const rest = meet(i, j);
    return rest === undefined ? undefined : shared + rest;
  };
  const step = (i: number, j: number): string | undefined => {
    const [x, y] = [a[i], b[j]];
    if (x === '*' && y === '*') return then('*', i + 1, j) ?? then('*', i, j + 1);
    if (x === '*') return then('', i + 1, j) ?? (y === undefined ? undefined : then(y, i, j + 1));
    if (y === '*') return then('', i, j + 1) ?? (x === undefined ? undefined : then(x, i + 1, j));
    if (x === undefined || y === undefined) return undefined;
    return x === y || x === '?' || y === '?' ? then(x === '?' ? y : x, i + 1, j + 1) : undefined;
  };
  return meet(0, 0)?.replace(/\*+/g, '*');
}
