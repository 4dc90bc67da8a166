import type { AccessChange, BucketChange, BucketDirection } from '../access/access-change.ts';
import type { CorsChange } from '../access/cors-change.ts';
import { isNothing, type Extent, type Reach } from '../iam/reach.ts';
import type { Detail } from './detail.ts';
import { clip, code, count, details, few, table, type Inline } from './markdown.ts';

/** Up to this many rows all stand open. */
const SHORT_TABLE = 10;

/** Of a longer table, these stand open, so that the comment fits a screen; the others are folded. */
const OPEN_ROWS = 7;
const LISTED_PLACES = 3;

const words: Readonly<Record<BucketDirection, string>> = {
  wider: '⚠️ **wider:**',
  'wider and narrower': '⚠️ **wider and narrower:**',
  new: '🆕 **new:**',
  removed: '➖ removed:',
  narrower: '➖ narrower:',
  'CORS only': 'CORS only:',
  unchanged: 'unchanged:',
};

/** The directions, in this order: what needs a reviewer's eye stands first. */
export const directions = Object.keys(words) as readonly BucketDirection[];

/** When the change happens, if it does: `would` where the run stopped, `drifted` where AWS and the config differ. */
export type Tense = 'will' | 'did' | 'would' | 'drifted' | 'unknown';

/** One row a bucket, what changes first. Long tables and a plan's quiet one are folded; no row is left out but for GitHub's limit. */
export function bucketTable({ buckets }: AccessChange, tense: Tense, detail: Detail): string[] {
  const sorted = directions.flatMap((direction) => buckets.filter((one) => one.direction === direction));
  if (sorted.length === 0) return [];
  const header = ['Bucket', headers[tense], 'Region', 'CORS rules'];
  const rows = sorted.slice(0, detail.rows).map((one) => row(one, tense, detail));
  const isQuiet = tense === 'will' && sorted.every(({ direction }) => direction === 'unchanged');
  const limit = isQuiet ? 0 : sorted.length <= SHORT_TABLE ? SHORT_TABLE : OPEN_ROWS;
  const [open, folded] = [rows.slice(0, limit), rows.slice(limit)];
  const cut = sorted.length - rows.length;
  if (folded.length + cut === 0) return [table(header, open)];
  const rest = sorted.slice(limit);
  const title = `${count(rest.length, isQuiet ? 'bucket' : 'more bucket')}: ${tally(rest, tense)}`;
  if (folded.length === 0) return [table(header, open, cut)];
  const fold = details(title, table(header, folded, cut));
  return isQuiet ? [fold] : [table(header, open), fold];
}

const headers: Readonly<Record<Tense, string>> = {
  will: 'Reads: today → after the merge',
  did: 'Reads: before → now',
  would: 'Reads: today → if it were applied',
  drifted: 'Reads: in AWS → by the config',
  unknown: 'Reads, once applied',
};

/** @example tally([wider, removed, removed], 'will') // '1 wider, 2 removed' */
function tally(buckets: readonly BucketChange[], tense: Tense): string {
  if (tense === 'unknown') return 'as configured';
  const parts = directions.flatMap((direction) => {
    const number = buckets.filter((one) => one.direction === direction).length;
    return number > 0 ? [`${number} ${direction}`] : [];
  });
  return parts.join(', ');
}

function row(change: BucketChange, tense: Tense, { clip: limit }: Detail): Inline[] {
  const show = (data: string) => code(clip(data, limit));
  const { bucket, direction, before, after, region, cors } = change;
  const [was, is] = [reachText(before, show), reachText(after, show)];
  const same = direction === 'unchanged' || direction === 'CORS only';
  const reads =
    tense === 'unknown'
      ? is
      : same
        ? `${words[direction]} ${is}`
        : `${words[direction]} ${was} → **${is}**`.replace('**nothing**', 'nothing');
  const name = bucket === '*' ? 'every other bucket' : show(bucket);
  return [name, reads, region === undefined ? '–' : regionText(region, show), corsText(cors, tense)];
}

/** With hyphens that do not break, or each row of the table is two lines high. */
function regionText(region: string, show: (data: string) => Inline): Inline {
  return /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region) ? region.replaceAll('-', '\u2011') : show(region);
}

/** What may be done in a bucket, in words. */
export function reachText(reach: Reach, show: (data: string) => Inline): Inline {
  if (isNothing(reach)) return 'nothing';
  const { reads, lists, versions, others, conditional } = reach;
  const [read, listed] = [extentText(reads, show), extentText(lists, show)];
  const parts = [
    reads.places.length === 0 ? `names of ${listed} only` : read,
    ...(reads.places.length > 0 && read !== listed ? [`lists ${listed}`] : []),
    ...(versions.places.length > 0 ? ['old versions too'] : []),
    ...(others.length > 0 ? [`also ${others.slice(0, LISTED_PLACES).map(show).join(', ')}`] : []),
    ...(conditional ? ['under conditions'] : []),
  ];
  return parts.join(', ');
}

function extentText({ places, but }: Extent, show: (data: string) => Inline): Inline {
  if (places.length === 0) return 'nothing';
  const inside = places.includes('*') ? 'everything' : listed(places, show);
  return but.length === 0 ? inside : `${inside} but ${listed(but, show)}`;
}

function listed(places: readonly string[], show: (data: string) => Inline): Inline {
  const shown = places.map((place) => show(place.replace(/(?<=\/)\*$/, '')));
  return few(shown, LISTED_PLACES);
}

function corsText({ kolena, othersKept, othersLost }: CorsChange, tense: Tense): Inline {
  const rule = {
    added: "Kolena's added",
    changed: "Kolena's changed",
    marked: "Kolena's gets its ID",
    removed: "Kolena's removed",
    kept: 'no change',
    none: 'no change',
  }[kolena];
  const isTold = tense !== 'unknown' && (rule !== 'no change' || othersLost + othersKept === 0);
  const parts = [
    ...(isTold ? [rule] : []),
    ...(othersLost > 0 ? [`**${count(othersLost, 'other')} deleted**`] : []),
    ...(othersKept > 0 ? [`${count(othersKept, 'other')} kept`] : []),
  ];
  return parts.length === 0 ? '–' : parts.join(', ');
}
