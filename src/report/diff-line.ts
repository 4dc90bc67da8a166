/** One line of a diff: added, removed, heading of something that changes, or context. */
export interface DiffLine {
  readonly sign: '+' | '-' | '!' | ' ';
  readonly text: string;
}

/** Up to this many kept values are listed; more are counted. */
const KEPT_VALUES = 6;

/** The diff of two sets of values, each after the same label: removed first, then added, kept ones last. */
export function valueLines(label: string, before: readonly string[], after: readonly string[]): DiffLine[] {
  const [was, is] = [new Set(before), new Set(after)];
  const line = (sign: DiffLine['sign']) => (value: string) => ({ sign, text: `${label} ${value}` });
  const kept = after.filter((value) => was.has(value));
  const stays = kept.length > KEPT_VALUES ? [`… ${kept.length} others stay as they are`] : kept;
  return [
    ...before.filter((value) => !is.has(value)).map(line('-')),
    ...after.filter((value) => !was.has(value)).map(line('+')),
    ...stays.map(line(' ')),
  ];
}

/** Indents lines under a heading, which is marked as they are: all added, all removed, or something changes. */
export function under(heading: string, lines: readonly DiffLine[]): DiffLine[] {
  const signs = new Set(lines.map(({ sign }) => sign));
  const [only = ' '] = signs;
  return [
    { sign: signs.size > 1 ? '!' : only, text: heading },
    ...lines.map(({ sign, text }): DiffLine => ({ sign, text: `  ${text}` })),
  ];
}
