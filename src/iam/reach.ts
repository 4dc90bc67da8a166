import { listOf } from './compare-policy.ts';
import { compareDecisions, isAllowed, like, type DecisionChange } from './evaluate-policy.ts';
import { contextsOf, exampleOf, type RequestContext, withOverlaps } from './examples.ts';
import type { Statement } from './policy-document.ts';
import type { BucketStatements } from './statements-by-bucket.ts';

/** Keys of a bucket, as patterns: `*` is every key, `images/*` those below a prefix. */
export interface Extent {
  /** None covers another one. */
  readonly places: readonly string[];
  /** Within them, what is denied. */
  readonly but: readonly string[];
}

/** What documents allow in one bucket. */
export interface Reach {
  readonly reads: Extent;
  readonly lists: Extent;
  readonly versions: Extent;
  /** Other actions that are allowed anywhere in it, as `s3:PutObject`. */
  readonly others: readonly string[];
  /** Whether some of this holds only under conditions. */
  readonly conditional: boolean;
}

/** How one bucket's reach changes, and what it is before and after. */
export interface ReachChange extends DecisionChange {
  readonly before: Reach;
  readonly after: Reach;
}

const reading = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'];

/** What a statement with wildcards among its actions may allow besides; they stand for all that write. */
const writing = ['s3:PutObject', 's3:DeleteObject'];

/** Compares what two sets of statements allow in a bucket, by asking the policy evaluator for every place, action and circumstance. */
export function compareReach(bucket: string, before: BucketStatements, after: BucketStatements): ReachChange {
  const statements = [...before.statements, ...after.statements];
  const grid: Grid = {
    bucket: exampleOf(bucket),
    places: withOverlaps(['*', ...before.places, ...after.places]),
    actions: [...new Set([...reading, ...statements.flatMap(otherActions)])],
    contexts: contextsOf(statements),
  };
  const [was, is] = [decide(grid, before.statements), decide(grid, after.statements)];
  return { before: reachOf(grid, was), after: reachOf(grid, is), ...compareDecisions(was, is) };
}

/** Whether documents allow nothing at all in a bucket. */
export function isNothing({ reads, lists, versions, others }: Reach): boolean {
  return [reads, lists, versions].every(({ places }) => places.length === 0) && others.length === 0;
}

interface Grid {
  readonly bucket: string;
  readonly places: readonly string[];
  readonly actions: readonly string[];
  readonly contexts: readonly RequestContext[];
}

/** One decision for each context, action and place, in this order. */
function decide({ bucket, places, actions, contexts }: Grid, statements: readonly Statement[]): boolean[] {
  const documents = [{ Statement: statements }];
  const allowed = (action: string, key: string, context: RequestContext): boolean => {
    const ask = (resource: string) =>
      isAllowed(documents, { action, resource, context: { ...context, 's3:prefix': key } });
    const arn = `arn:aws:s3:::${bucket}`;
    if (action === 's3:ListBucket') return ask(arn);
    return ask(`${arn}/${key}`) || (!isReading(action) && ask(arn));
  };
  return contexts.flatMap((context) =>
    actions.flatMap((action) => places.map((place) => allowed(action, exampleOf(place), context))),
  );
}

function isReading(action: string): boolean {
  return reading.some((known) => known.toLowerCase() === action.toLowerCase());
}

function reachOf({ places, actions, contexts }: Grid, decisions: readonly boolean[]): Reach {
  const size = places.length * actions.length;
  const at = (context: number, action: string, place: string) =>
    decisions[context * size + actions.indexOf(action) * places.length + places.indexOf(place)] === true;
  const ever = (action: string, place: string) => contexts.some((_, context) => at(context, action, place));
  const extent = (action: string) => extentOf(places, (place) => ever(action, place));
  return {
    reads: extent('s3:GetObject'),
    lists: extent('s3:ListBucket'),
    versions: extent('s3:GetObjectVersion'),
    others: actions.filter((action) => !isReading(action) && places.some((place) => ever(action, place))),
    conditional: actions.some((action) =>
      places.some((place) => ever(action, place) && !at(0, action, place)),
    ),
  };
}

/** The places at which the answer differs from what the shorter ones, read as `holds` does, say already. */
function extentOf(places: readonly string[], isAllowed: (place: string) => boolean): Extent {
  const extent = { places: [] as string[], but: [] as string[] };
  for (const place of [...places].sort((a, b) => a.length - b.length)) {
    const allowed = isAllowed(place);
    if (allowed !== holds(extent, exampleOf(place))) extent[allowed ? 'places' : 'but'].push(place);
  }
  return { places: extent.places.sort(), but: extent.but.sort() };
}

function otherActions({ Action, NotAction }: Statement): string[] {
  const named = listOf(Action).filter((action) => /^(?:s3:|\*)/i.test(action));
  const open = NotAction !== undefined || named.some((action) => /[*?]/.test(action));
  const literal = named.filter((action) => !/[*?]/.test(action) && !isReading(action));
  return [...literal, ...(open ? writing : [])];
}

/** Whether an extent holds a key. */
export function holds({ places, but }: Extent, key: string): boolean {
  const [inside, outside] = [places, but].map((patterns) =>
    Math.max(-1, ...patterns.filter((pattern) => like(pattern, key)).map(({ length }) => length)),
  );
  return (inside ?? -1) > (outside ?? -1);
}
