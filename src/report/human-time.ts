const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A moment for people; a text that is not ISO 8601 in UTC stays as it is, as plain text that may hold data.
 *
 * @example humanTime('2026-11-25T14:20:00.824Z') // '25 Nov 2026, 14:20 UTC'
 */
export function humanTime(iso: string): string {
  const [, year, month, day, clock] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(?::[\d.]+)?Z$/.exec(iso) ?? [];
  const name = months[Number(month) - 1];
  return name === undefined ? iso : `${Number(day)} ${name} ${year ?? ''}, ${clock ?? ''} UTC`;
}
