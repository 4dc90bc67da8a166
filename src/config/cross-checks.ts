import { byCodeUnits } from '../base/sort-keys.ts';
import { parseLocation } from './bucket-location.ts';
import { parseArn, partitions } from './arn.ts';
import { refusedTagKey, refusedTagProblem } from './tags.ts';
import { quote } from '../base/quote.ts';

/** Problems of values that are fine alone but not together; values that are not fine alone are passed over. */
export function crossProblems(given: Readonly<Record<string, unknown>>): string[] {
  return [
    ...overlaps(texts(given['buckets'])),
    ...['kms-key-arns', 'other-policy-arns', 'cors-origins'].flatMap((key) =>
      repetitions(key, texts(given[key])),
    ),
    ...otherPartitions(given),
    ...lostTags(given['tags']),
  ];
}

/** The schema passes over this key of a mapping, where it sees it in a list. */
function lostTags(tags: unknown): string[] {
  const isLost = typeof tags === 'object' && tags !== null && Object.hasOwn(tags, refusedTagKey);
  return isLost ? [`tags: ${refusedTagProblem}`] : [];
}

/** Locations that lie inside another one, or are it: sorted by path, each stands right behind what contains it. */
function overlaps(written: readonly string[]): string[] {
  const locations = written.flatMap((text, at) => {
    const parsed = parseLocation(text);
    if ('problem' in parsed) return [];
    return [
      { at, path: `${parsed.bucket}/${parsed.prefix ?? ''}`, named: `buckets[${at}]`, text: quote(text) },
    ];
  });
  const found: string[] = [];
  let [outer] = locations.sort((a, b) => byCodeUnits(a.path, b.path));
  for (const inner of locations.slice(1)) {
    if (outer === undefined || !inner.path.startsWith(outer.path)) outer = inner;
    else {
      const relation = inner.path === outer.path ? 'is the same as' : 'lies inside';
      found[inner.at] =
        `${inner.named}: ${inner.text} ${relation} ${outer.named} ${outer.text}: leave one of them out`;
    }
  }
  // In the order of the list, whose other places hold nothing.
  return found.flat();
}

function repetitions(key: string, values: readonly string[]): string[] {
  const first = new Map<string, number>();
  return values.flatMap((value, at) => {
    const before = first.get(value);
    if (before === undefined) first.set(value, at);
    return before === undefined ? [] : [`${key}[${at}]: ${quote(value)} is the same as ${key}[${before}]`];
  });
}

/** Every ARN in one document is of the same partition, and no principal reaches over to another. */
function otherPartitions(given: Readonly<Record<string, unknown>>): string[] {
  const principal = given['kolena-principal-arn'];
  const partition = typeof principal === 'string' ? parseArn(principal)?.partition : undefined;
  if (partition === undefined) return [];
  const arns = ['permissions-boundary-arn', 'other-policy-arns', 'kms-key-arns', 'buckets'].flatMap((key) =>
    typeof given[key] === 'string'
      ? [{ path: key, arn: given[key] }]
      : texts(given[key]).map((arn, at) => ({ path: `${key}[${at}]`, arn })),
  );
  return arns.flatMap(({ path, arn }) => {
    const other = parseArn(arn)?.partition ?? partition;
    if (other === partition || !partitions.includes(other)) return [];
    return `${path}: ${quote(arn)} is of partition ${other}, but kolena-principal-arn is of ${partition}: all must be of one`;
  });
}

/** The texts of a list at their places; anything else is the schema's to refuse. */
function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '')) : [];
}

/** Keys that a wrong indentation put inside of another key, as a key or as text; what they hold is never shown. */
export function misplacedKeys(given: Readonly<Record<string, unknown>>, known: readonly string[]) {
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
