import { momentOf } from '../base/time.ts';
import { normalizeStatements, type NormalizedCondition } from './compare-policy.ts';
import type { Statement } from './policy-document.ts';

/** Context keys and values of one request. */
export type RequestContext = Readonly<Record<string, string>>;

/** A name that nobody uses: it stands for whatever a wildcard matches. */
const ANY = 'kolena-s3-access-any';

/**
 * One value that a pattern matches, and that a narrower pattern does not.
 *
 * @example exampleOf('images/*') // 'images/kolena-s3-access-any'
 */
export function exampleOf(pattern: string): string {
  return pattern.replace(/\*+/g, ANY).replaceAll('?', 'x');
}

/**
 * The circumstances under which statements can decide differently: none at all, and for each statement all of its
 * conditions met, by each of its values, and with one of them absent or not met. `s3:prefix` belongs to the place that
 * is asked for and is left out.
 */
export function contextsOf(statements: readonly Statement[]): RequestContext[] {
  const all = normalizeStatements({ Statement: statements }).flatMap(({ conditions }) =>
    waysOf(conditions.filter(({ key }) => key.toLowerCase() !== 's3:prefix')),
  );
  return [...new Map([{}, ...all].map((context) => [JSON.stringify(context), context])).values()];
}

function waysOf(conditions: readonly NormalizedCondition[]): RequestContext[] {
  const met = Object.assign({}, ...conditions.map((one) => ofKey(one, meeting(one)[0]))) as RequestContext;
  const without = (name: string) =>
    Object.fromEntries(Object.entries(met).filter(([key]) => key !== name.toLowerCase()));
  const others = conditions.flatMap((one) => [
    ...meeting(one)
      .slice(1)
      .map((value) => ({ ...without(one.key), ...ofKey(one, value) })),
    without(one.key),
    { ...without(one.key), ...ofKey(one, missing(one)) },
  ]);
  return [met, ...others];
}

function ofKey({ key }: NormalizedCondition, value: string | undefined): RequestContext {
  return value === undefined ? {} : { [key.toLowerCase()]: value };
}

/** Values that meet a condition; none where an absent key meets it. */
function meeting({ operator, values }: NormalizedCondition): (string | undefined)[] {
  const name = operator.toLowerCase();
  if (/^date(less|greater)/.test(name))
    return values.map((date) => shifted(date, name.startsWith('dateless') ? -1 : 1));
  if (name === 'null') return [values.includes('true') ? undefined : ANY];
  return /not/.test(name) ? [undefined] : values.map(exampleOf);
}

/** A value that does not meet it. */
function missing({ operator, values }: NormalizedCondition): string {
  const name = operator.toLowerCase();
  if (name.startsWith('dateless')) return '9999-12-31T00:00:00Z';
  if (name.startsWith('dategreater')) return '1970-01-01T00:00:00Z';
  if (name.startsWith('bool')) return values.includes('true') ? 'false' : 'true';
  return /not/.test(name) ? exampleOf(values[0] ?? ANY) : `${ANY}-other`;
}

/** A moment before or after a date. */
function shifted(date: string, seconds: number): string {
  const time = momentOf(date);
  return Number.isNaN(time) ? date : new Date(time + seconds * 1000).toISOString();
}
