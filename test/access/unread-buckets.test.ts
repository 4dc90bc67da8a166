import { expect, test } from 'vitest';
import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
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

test.each(['gone', 'other account', 'refused'] as const)(
  'the grant on a dropped bucket goes, which is %s',
  (why) => {
    const world = {
      ...worldOf({ policies: [granting], buckets: [bucketOf('kept')] }),
      unread: [{ name: 'dropped', why }],
    };
    const { policies, removals } = decideAccess(config, world, { region: 'us-east-1' });
    expect(JSON.stringify(policies)).not.toContain('dropped');
    expect(removals.cors).toEqual([]);
  },
);

test('a removal does without the buckets that cannot be read', () => {
  const unread = [{ name: 'kept', why: 'other account' as const }];
  const world = { ...worldOf({ policies: [granting], buckets: [bucketOf('dropped')] }), unread };
  const { removals } = decideRemoval(config, world, { region: 'us-east-1' });
  expect(removals.policies).toHaveLength(1);
  expect(removals.cors.map(({ bucket }) => bucket)).toEqual(['dropped']);
});
