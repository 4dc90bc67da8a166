const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A moment for people; a text that is not ISO 8601 in UTC stays as it is, as plain text that may hold data.
 * @example humanTime('2026-11-25T14:20:00.824Z') // '25 Nov 2026, 14:20 UTC'
 */
export function humanTime(iso: string): string {
  const [, year, month, day, clock] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(?::[\d.]+)?Z$/.exec(iso) ?? [];
  const name = months[Number(month) - 1];
  return name === undefined ? iso : `${Number(day)} ${name} ${year ?? ''}, ${clock ?? ''} UTC`;
}

/**
 * The moment from which on something is over, as people say it: midnight is the end of the day before.
 * @example humanEnd('2027-07-01T00:00:00Z') // 'after 30 Jun 2027 (UTC)'
 * @example humanEnd('2027-07-01T12:30:00Z') // 'on 1 Jul 2027, 12:30 UTC'
 */
export function humanEnd(iso: string): string {
  if (!/^\d{4}-\d\d-\d\dT00:00:00Z$/.test(iso)) return `on ${humanTime(iso)}`;
  return `after ${humanDay(new Date(Date.parse(iso) - 1000).toISOString())} (UTC)`;
}

/** @example humanDay('2026-11-25T14:20:00Z') // '25 Nov 2026' */
export function humanDay(iso: string): string {
  return humanTime(iso).replace(/,.*/, '');
}

/** A moment in the one spelling that IAM's date conditions get here: to the second, in UTC. */
export function utcSecond(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Milliseconds of a date in a policy, which IAM takes as ISO 8601 or in seconds since 1970; NaN for any other text. */
export function momentOf(date: string): number {
  // Four digits are a year; a time without a zone is UTC, wherever this runs.
  return new Date(/^\d{5,}$/.test(date) ? Number(date) * 1000 : date.replace(/T[\d:.]+$/, '$&Z')).getTime();
}
