/** How much of a report is shown. */
export interface Detail {
  readonly rawDiff: boolean;
  readonly unchanged: boolean;
  /** Rows of a table, lines of a diff and items of a list. */
  readonly rows: number;
  /** Characters of one value or sentence. */
  readonly clip: number;
}

/** From everything to what always fits, in the order in which detail is dropped. */
const levels: readonly Detail[] = [
  { rawDiff: true, unchanged: true, rows: Infinity, clip: 4000 },
  { rawDiff: false, unchanged: true, rows: Infinity, clip: 4000 },
  { rawDiff: false, unchanged: false, rows: Infinity, clip: 4000 },
  ...[3000, 2000, 1300, 900, 600, 400, 270, 180, 120, 80, 50, 30, 15].map((rows) => brief(rows, 1000)),
  ...[15, 5, 2].map((rows) => brief(rows, 200)),
  brief(1, 60),
];

function brief(rows: number, clip: number): Detail {
  return { rawDiff: false, unchanged: false, rows, clip };
}

/** GitHub's limits. `units` are UTF-16 code units, never fewer than characters. */
export interface Limit {
  readonly units: number;
  readonly bytes: number;
}

/** A report with as much detail as fits within the limit. */
export function renderWithin(
  limit: Limit,
  render: (detail: Detail) => string,
): { readonly text: string; readonly detail: Detail } {
  for (const detail of levels) {
    const text = render(detail);
    if (text.length <= limit.units && new TextEncoder().encode(text).length <= limit.bytes)
      return { text, detail };
  }
  throw new Error('the shortest report is bounded by its rows and clips, and must fit');
}

/** As many rows as the detail allows, and the number of the others. */
export function firstRows<T>(
  rows: readonly T[],
  { rows: limit }: Detail,
): { shown: readonly T[]; more: number } {
  return { shown: rows.slice(0, limit), more: Math.max(0, rows.length - limit) };
}
