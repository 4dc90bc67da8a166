import { expect, test } from 'vitest';
import { humanEnd, humanTime, momentOf } from '../../src/base/time.ts';

test.each([
  ['2027-07-01T00:00:00Z', 'after 30 Jun 2027 (UTC)'],
  ['2028-01-01T00:00:00Z', 'after 31 Dec 2027 (UTC)'],
  ['2027-07-01T00:00:01Z', 'on 1 Jul 2027, 00:00 UTC'],
  ['2027-06-30T16:00:00Z', 'on 30 Jun 2027, 16:00 UTC'],
  ['tomorrow', 'on tomorrow'],
])('what is over from %s on ends %s', (iso, said) => {
  expect(humanEnd(iso)).toBe(said);
});

test('a text that is not a time stays as it is', () => {
  expect([humanTime('2026-11-25T14:20:00.824Z'), humanTime('then')]).toEqual([
    '25 Nov 2026, 14:20 UTC',
    'then',
  ]);
});

test('a date in a policy is the same moment in every time zone of the machine that reads it', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Tokyo';
  const moments = ['2027-01-01T00:00:00', '2027-01-01', '2027', '2027-01-01T09:00:00+09:00', '1798761600'];
  expect(moments.map(momentOf)).toEqual(moments.map(() => Date.UTC(2027, 0)));
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});
