/** A JSON value with the keys of every object sorted, by code units unless told otherwise; lists stay as they are. */
export function sortKeys(value: unknown, compare = byCodeUnits): unknown {
  if (Array.isArray(value)) return value.map((item) => sortKeys(item, compare));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item, compare)]));
}

/** Whatever the locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
