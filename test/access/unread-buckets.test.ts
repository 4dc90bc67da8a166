import { expect, test } from 'vitest';
import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
import type { UnreadBucket } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { principalArn } from '../config/configs.ts';
import { bucketOf, policyOf, worldOf } from './world.ts';

const config = parseAccessConfig({ buckets: ['kept'], 'kolena-principal-arn': principalArn });
const both = ['kept', 'dropped'].flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]);
const [statement] = policyOf().document.Statement;
if (statement === undefined) throw new Error('a policy has a statement');
const granting = policyOf({
  document: { Version: '2012-10-17', Statement: [{ ...statement, Resource: both }] },
});

test.each<[string, UnreadBucket, RegExp | undefined]>([
  ['is gone', { kind: 'missing', name: 'dropped' }, undefined],
  [
    "is somebody else's",
    { kind: 'denied', name: 'dropped', owner: 'other', cause: undefined },
    /^Bucket dropped belongs to another account than 444455556666, so its CORS rules stay/,
  ],
  [
    'denies its CORS rules',
    { kind: 'denied', name: 'dropped', owner: 'this', cause: undefined },
    /^Bucket dropped cannot be read by this run/,
  ],
])('the grant on a dropped bucket that %s goes', (_, unread, message) => {
  const world = {
    ...worldOf({ policies: [granting], buckets: [bucketOf('kept')] }),
    unreadBuckets: [unread],
  };
  const { policies, removals, warnings } = decideAccess(config, world, { region: 'us-east-1' });
  expect(JSON.stringify(policies)).not.toContain('dropped');
  expect(removals.cors).toEqual([]);
  const [told] = warnings.filter(({ id }) => id === 'unread-bucket');
  if (message === undefined) expect(told).toBeUndefined();
  else expect(told?.message).toMatch(message);
});

test('a removal does without the buckets that cannot be read, and says which', () => {
  const unreadBuckets: UnreadBucket[] = [{ kind: 'denied', name: 'kept', owner: 'other', cause: undefined }];
  const world = { ...worldOf({ policies: [granting], buckets: [bucketOf('dropped')] }), unreadBuckets };
  const { removals, warnings } = decideRemoval(config, world, { region: 'us-east-1' });
  expect(removals.policies).toHaveLength(1);
  expect(removals.cors.map(({ bucket }) => bucket)).toEqual(['dropped']);
  expect(warnings).toMatchObject([{ id: 'unread-bucket' }]);
});
