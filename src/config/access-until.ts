import { utcSecond } from '../base/time.ts';
import type { TextRule } from './text.ts';

const DAY = 24 * 60 * 60_000;

/** The two forms of `access-until`: a date, or a time with its zone. */
export const accessUntil: TextRule = {
  pattern:
    /^2\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/,
  problemOf: (text) => {
    if (!accessUntil.pattern.test(text))
      return 'is neither a date such as 2027-06-30, which includes that day (UTC), nor a time with its zone such as 2027-06-30T18:00:00+02:00 or 2027-06-30T16:00:00Z';
    // JavaScript takes 31 April for 1 May.
    return utcSecond(midnightOf(text)).startsWith(text.slice(0, 10))
      ? undefined
      : 'names a day that its month does not have';
  },
};

/** The moment from which on there is no access; a bare date includes that day. @example endOfAccess('2027-06-30') // '2027-07-01T00:00:00Z' */
export function endOfAccess(text: string): string {
  return utcSecond(text.includes('T') ? new Date(text) : new Date(midnightOf(text).getTime() + DAY));
}

function midnightOf(text: string): Date {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day));
}
