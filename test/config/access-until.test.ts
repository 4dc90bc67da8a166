import { expect, test } from 'vitest';
import { configOf } from './configs.ts';

const until = (value: unknown) => configOf({ 'access-until': value }).accessUntil;

test.each([
  ['a date includes that day', '2027-06-30', '2027-07-01T00:00:00Z'],
  ['the last day of a year', '2027-12-31', '2028-01-01T00:00:00Z'],
  ['29 February', '2028-02-29', '2028-03-01T00:00:00Z'],
  ['a time in UTC', '2027-06-30T16:00:00Z', '2027-06-30T16:00:00Z'],
  ['a time to the minute', '2027-06-30T16:00Z', '2027-06-30T16:00:00Z'],
  ['a time east of Greenwich', '2027-06-30T18:00:00+02:00', '2027-06-30T16:00:00Z'],
  ['a time west of it, which is the next day in UTC', '2027-06-30T23:30:00-08:00', '2027-07-01T07:30:00Z'],
  ['a day that is past: the access has ended', '2020-01-01', '2020-01-02T00:00:00Z'],
])('%s', (_, text, end) => {
  expect(until(text)).toBe(end);
});

test.each([
  ['', undefined],
  [null, undefined],
])('%o is no end', (empty, end) => {
  expect(until(empty)).toBe(end);
});

test.each([
  ['a time without a zone', '2027-06-30T18:00:00', /neither a date/],
  ['another order', '30-06-2027', /neither a date/],
  ['words', '30 June 2027', /neither a date/],
  ['seconds since 1970', '1814313600', /neither a date/],
  ['a year', '2027', /neither a date/],
  ['a wildcard', '2027-*', /neither a date/],
  ['parts of a second', '2027-06-30T18:00:00.5Z', /neither a date/],
  ['a zone by name', '2027-06-30T18:00:00 CET', /neither a date/],
  ['24 hours', '2027-06-30T24:00:00Z', /neither a date/],
  ['31 April', '2027-04-31', /names a day that its month does not have/],
  ['29 February of another year', '2027-02-29T10:00:00Z', /names a day that its month does not have/],
  ['a number', 2027, /put it in quotes/],
])('%s is refused', (_, value, problem) => {
  expect(() => until(value)).toThrow(problem);
});
