import { expect, test } from 'vitest';
import { kolenaUseIn, tellUse } from '../../src/access/role-use.ts';

const kolena = 'arn:aws:iam::444455556666:role/kolena';
const time = '2026-11-20T08:12:30Z';
const event = {
  eventName: 'AssumeRole',
  eventTime: time,
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.7',
  userIdentity: { type: 'AWSAccount', accountId: '444455556666', principalId: 'AROAEXAMPLE:x' },
  requestParameters: { externalId: 'example-external-id' },
  responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLE' } },
};

test.each<[string, object, boolean]>([
  ["Kolena's account", {}, true],
  ['a check of ours', { userIdentity: { type: 'AssumedRole', accountId: '111122223333' } }, false],
  ['another account', { userIdentity: { type: 'AWSAccount', accountId: '999999999999' } }, false],
  [
    "a session of Kolena's account that is not a foreign caller",
    { userIdentity: { type: 'AssumedRole', accountId: '444455556666' } },
    false,
  ],
  ['a refused call', { errorCode: 'AccessDenied' }, false],
  ['a reading of the role', { eventName: 'GetRole' }, false],
  ['no identity', { userIdentity: undefined }, false],
  ['a time that is none', { eventTime: 'then' }, false],
])('%s', (_, over, isKolena) => {
  const found = kolenaUseIn(JSON.stringify({ ...event, ...over }), kolena);
  // Nothing but time and region goes any further.
  expect(found).toEqual(isKolena ? [{ time, region: 'eu-west-1' }] : []);
});

test.each(['', 'null', '[]', '7', '{'])('what is not an event is passed over: %s', (text) => {
  expect(kolenaUseIn(text, kolena)).toEqual([]);
});

const now = new Date('2026-11-26T00:00:00Z');
const denied = { unsearched: ['us-east-1: AccessDeniedException'] };

test.each<[string, Parameters<typeof tellUse>[0], object]>([
  [
    'seen',
    { now, trail: { last: { time, region: 'eu-west-1' }, unsearched: [] }, role: {} },
    { note: 'Kolena last assumed the role on 20 Nov 2026, in eu-west-1.' },
  ],
  [
    'not seen, of a new role',
    { now, trail: { unsearched: [] }, role: { created: '2026-11-01T00:00:00Z' } },
    {
      note: 'CloudTrail has no event of Kolena assuming the role yet. That proves nothing: events can be late or missing.',
    },
  ],
  [
    'not seen for 90 days',
    { now, trail: { unsearched: [] }, role: { created: '2026-08-01T00:00:00Z' } },
    { warning: { id: 'not-used', message: expect.stringContaining('in the last 90 days') as string } },
  ],
  [
    'not read, and used lately by somebody',
    {
      now,
      trail: denied,
      role: { created: '2026-01-01T00:00:00Z', lastUsed: { time, region: 'eu-west-1' } },
    },
    {
      info: expect.stringMatching(/AccessDeniedException.*20 Nov 2026, by Kolena or by a check/) as string,
    },
  ],
  [
    'not read, and used by nobody for 90 days',
    { now, trail: denied, role: { lastUsed: { time: '2026-08-01T00:00:00Z', region: 'eu-west-1' } } },
    { warning: { id: 'not-used', message: expect.stringContaining('Nobody has used the role') as string } },
  ],
  [
    'not read, and nothing known',
    { now, trail: denied, role: { created: '2026-01-01T00:00:00Z' } },
    { info: expect.stringContaining('is not known') as string },
  ],
])('what is told: %s', (_, given, said) => {
  expect(tellUse(given)).toMatchObject(said);
  expect(Object.keys(tellUse(given))).toEqual(Object.keys(said));
});
