/** A key of the config that stands inside of another key's value. */
interface MisplacedKey {
  /** The key of the config that holds it. */
  readonly under: string;
  /** A sentence that repeats no value. */
  readonly problem: string;
}

/**
 * Keys of the config that a wrong indentation, or a tag, put inside of another key: as a key of a mapping, or as text
 * (`kolena-external-id: …` in a list). What they hold is never shown, least of all as a tag.
 */
export function misplacedKeys(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): MisplacedKey[] {
  return Object.entries(given)
    .filter(([under]) => known.includes(under))
    .flatMap(([under, value]) => {
      const inner = [...new Set(keysIn(value))].filter((key) => known.includes(key));
      return inner.map((key) => ({
        under,
        problem: `${under}: holds ${key}, which is a key of the config and stands in the wrong place: write it at the start of a line of its own, as ${under}`,
      }));
    });
}

/** Keys of mappings at any depth; the YAML reader holds the depth. */
function keysIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/(?:^|\s)([a-z-]+)\s*[:=]/g)].map(([, key = '']) => key);
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)]);
}
