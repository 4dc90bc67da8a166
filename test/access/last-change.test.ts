import { expect, test } from 'vitest';
import { lastChangeIn } from '../../src/access/role-use.ts';

const userIdentity = {
  type: 'AssumedRole',
  arn: 'arn:aws:sts::111122223333:assumed-role/Admin/jane@example.com',
  accountId: '111122223333',
  accessKeyId: 'ASIAEXAMPLE',
  sessionContext: { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/Admin' } },
};
const event = {
  eventName: 'DeleteBucketCors',
  eventTime: '2026-11-25T14:20:31Z',
  readOnly: false,
  sourceIPAddress: '198.51.100.7',
  userIdentity,
};
const told = (part: object) => lastChangeIn(JSON.stringify({ ...event, ...part }), 'pictures');

test('a change is told with call, time and role, and without the session, the key and the address', () => {
  expect(told({})).toBe(
    'The last change of pictures in CloudTrail: DeleteBucketCors on 25 Nov 2026, 14:20 UTC, by arn:aws:iam::111122223333:role/Admin.',
  );
});

test.each([
  [
    'a user',
    { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/jane' },
    'arn:aws:iam::111122223333:user/jane',
  ],
  [
    'a service of AWS',
    { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' },
    'cloudformation.amazonaws.com',
  ],
  ['another account', { type: 'AWSAccount', accountId: '444455556666' }, '444455556666'],
  ['nobody', undefined, 'an unnamed caller'],
])('%s is named as far as the event does', (_, identity, by) => {
  expect(told({ userIdentity: identity })).toMatch(new RegExp(`, by ${by.replaceAll('.', '\\.')}\\.$`));
});

test.each([
  ['a reading', { readOnly: true }],
  ['one that does not say', { readOnly: undefined }],
  ['what was refused', { errorCode: 'AccessDenied' }],
  ['one without a time', { eventTime: undefined }],
])('%s is not a change', (_, part) => {
  expect(told(part)).toBeUndefined();
});

test('what is not JSON is not a change', () => {
  expect(lastChangeIn('{', 'pictures')).toBeUndefined();
});
