import type { AccessChange, BucketChange } from '../access/access-change.ts';
import { reachText } from './bucket-table.ts';
import type { Detail } from './detail.ts';
import { alert, clip, code, few, prose } from './markdown.ts';

/** Sentences in the box; the table and the headline tell the rest. */
const SENTENCES = 4;

/** New buckets that fit one line with the number of the others. */
const NAMED = 3;

/** The one box of a plan: what Kolena or somebody else can do afterwards and cannot today. None when nothing grows. */
export function growthAlert(change: AccessChange, { clip: limit }: Detail): string[] {
  const show = (data: string) => code(clip(data, limit));
  const trust = change.trust.filter(({ effect }) => effect !== 'stronger');
  const wider = change.buckets.filter(({ direction }) => direction.startsWith('wider'));
  const fresh = change.buckets.filter(({ direction }) => direction === 'new');
  const keys = change.others.filter(({ grows }) => grows);
  const sentences = [
    ...trust.map(({ sentence }) => `**Trust:** ${prose(clip(sentence, limit))}`),
    ...wider.map(
      ({ bucket, before, after }) =>
        `**Wider:** in ${show(bucket)} Kolena will read ${reachText(after, show)}; today: ${reachText(before, show)}.`,
    ),
    ...newBuckets(fresh, show),
    ...keys.map(({ resource }) => `**New:** Kolena can use ${show(resource)}.`),
  ];
  if (sentences.length === 0) return [];
  const more = sentences.length - SENTENCES;
  // One paragraph: a box of many is longer than the table.
  const shown = [
    ...sentences.slice(0, SENTENCES),
    ...(more > 0 ? [`… and ${more} more; see the table.`] : []),
  ];
  return [alert('WARNING', [shown.join('\\\n')])];
}

function newBuckets(fresh: readonly BucketChange[], show: (data: string) => string): string[] {
  const [first] = fresh;
  if (first === undefined) return [];
  if (fresh.length === 1)
    return [`**New:** Kolena will read ${reachText(first.after, show)} in ${show(first.bucket)}.`];
  const named = fresh.map(({ bucket }) => show(bucket));
  return [`**New:** Kolena will read ${fresh.length} buckets: ${few(named, NAMED)}.`];
}
