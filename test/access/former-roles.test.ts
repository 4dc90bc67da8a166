import { describe, expect, test } from 'vitest';
import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
import type { FormerAccess, ObservedPolicy, ObservedRole } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { trustPolicy, trustedAsKolena } from '../../src/iam/trust-policy.ts';
import { principalArn } from '../config/configs.ts';
import { bucketOf, policyArn, policyOf, roleOf, worldOf, readsDropped } from './world.ts';

const options = { region: 'us-east-1' };
const configOf = (names: object) =>
  parseAccessConfig({ buckets: ['share-with-kolena'], 'kolena-principal-arn': principalArn, ...names });
const today = configOf({ 'role-name': 'NewRole', 'policy-name': 'New' });
const names = {
  ...configOf({ 'role-name': 'OldRole', 'policy-name': 'Old' }),
  kolenaPrincipalArns: [principalArn],
};
const old = policyOf({ name: 'Old', document: readsDropped });
const oldRole = (over: Partial<ObservedRole> = {}) =>
  roleOf({ name: 'OldRole', attachedPolicies: [{ name: 'Old', arn: policyArn('Old') }], ...over });
const formerly = (over: Partial<FormerAccess> = {}): FormerAccess => ({
  names,
  role: oldRole(),
  policies: [old],
  ...over,
});
const worldAfter = (former: FormerAccess, policies: readonly ObservedPolicy[] = []) => ({
  ...worldOf({ policies, buckets: [bucketOf('share-with-kolena'), bucketOf('dropped')] }),
  role: roleOf({ name: 'NewRole', attachedPolicies: [] }),
  former: [former],
});

describe('a role of ours under a former name', () => {
  test('goes, with the policy that it alone holds and the CORS rule of a bucket dropped at once', () => {
    for (const decide of [decideAccess, decideRemoval]) {
      const { removals } = decide(today, worldAfter(formerly()), options);
      expect(removals.formerRoles).toEqual([oldRole()]);
      expect(removals.policies).toEqual([
        { number: 100, name: 'Old', arn: policyArn('Old'), attached: false },
      ]);
      expect(removals.cors).toContainEqual(expect.objectContaining({ bucket: 'dropped' }));
    }
  });

  test('leaves the policy that has the name of today, and one that others use too', () => {
    const same = policyOf({ name: 'New' });
    const role = oldRole({ attachedPolicies: [{ name: 'New', arn: same.arn }] });
    const world = worldAfter(formerly({ role, policies: [same] }), [
      { ...same, attached: false, usedElsewhere: 1 },
    ]);
    const { removals, policies } = decideAccess(today, world, options);
    expect(removals).toMatchObject({
      formerRoles: [{ attachedPolicies: [{ arn: same.arn }] }],
      policies: [],
    });
    expect(policies).toMatchObject([{ name: 'New', importArn: same.arn, attached: false }]);
    const shared = formerly({ policies: [{ ...old, usedElsewhere: 1 }] });
    expect(decideAccess(today, worldAfter(shared), options).removals).toMatchObject({
      formerRoles: [{ name: 'OldRole' }],
      policies: [],
    });
  });

  test('takes no policy along that the config never named: it may be of another config', () => {
    const former = formerly({ names: { ...names, policyName: 'Older' } });
    expect(decideAccess(today, worldAfter(former), options).removals).toMatchObject({
      formerRoles: [{ name: 'OldRole' }],
      policies: [],
    });
  });

  test('is nobody while the role of that name is gone or does not trust Kolena', () => {
    const { removals } = decideAccess(today, worldAfter({ names, policies: [] }), options);
    expect(removals).toMatchObject({ formerRoles: [], policies: [] });
  });
});

test("only a statement of ours for one of Kolena's principals makes a role one of ours", () => {
  const [kolena] = trustPolicy({ principalArn }).Statement;
  const stranger = 'arn:aws:iam::999988887777:root';
  const trusted = (over: object) =>
    trustedAsKolena({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...kolena, ...over }] }, [
      'arn:aws:iam::444455556666:role/never-applied',
      principalArn,
    ]);
  expect(trusted({})).toEqual([principalArn]);
  expect(trusted({ Principal: { AWS: [stranger, principalArn] } })).toEqual([principalArn]);
  expect(trusted({ Sid: 'Theirs' })).toEqual([]);
  expect(trusted({ Effect: 'Deny' })).toEqual([]);
  expect(trusted({ Principal: { AWS: stranger } })).toEqual([]);
});
