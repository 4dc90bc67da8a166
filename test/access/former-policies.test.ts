import { describe, expect, test } from 'vitest';
import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
import type { AccessNames, ObservedPolicy } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { principalArn } from '../config/configs.ts';
import { bucketOf, foreignDocument, policyArn, policyOf, roleOf, worldOf, readsDropped } from './world.ts';

const options = { region: 'us-east-1' };
const configOf = (over: object = {}) =>
  parseAccessConfig({
    buckets: ['share-with-kolena'],
    'kolena-principal-arn': principalArn,
    'policy-name': 'New',
    ...over,
  });
const old = policyOf({
  name: 'Old',
  document: readsDropped,
});
const namedBefore = (over: Partial<AccessNames> = {}): AccessNames => ({
  ...configOf(),
  kolenaPrincipalArns: [principalArn],
  policyName: 'Old',
  ...over,
});
const holding = (policy: ObservedPolicy, former: readonly AccessNames[] = [namedBefore()]) =>
  worldOf({
    former: former.map((names) => ({ names, policies: [] })),
    role: roleOf({ attachedPolicies: [{ name: policy.name, arn: policy.arn }] }),
    policies: [policy],
    buckets: [bucketOf('share-with-kolena'), bucketOf('dropped')],
  });

describe('a policy of ours under its former name', () => {
  test('leaves the role with the rename, and its buckets lose our CORS rule', () => {
    const { removals, policies } = decideAccess(configOf(), holding(old), options);
    expect(policies).toMatchObject([{ number: 1, name: 'New' }]);
    expect(removals.policies).toEqual([{ number: 100, name: 'Old', arn: policyArn('Old'), attached: true }]);
    expect(removals.cors).toMatchObject([{ bucket: 'dropped' }]);
  });

  test('leaves with a destroy too', () => {
    expect(decideRemoval(configOf(), holding(old), options).removals.policies).toMatchObject([
      { name: 'Old' },
    ]);
  });

  test.each<[string, Partial<ObservedPolicy>, object]>([
    ['that somebody else uses too', { usedElsewhere: 1 }, {}],
    ['whose statements are not ours', { document: foreignDocument }, {}],
    ['that the config lists', {}, { 'other-policy-arns': [policyArn('Old')] }],
  ])('but stays where it is one %s', (_, over, config) => {
    const access = decideAccess(configOf(config), holding({ ...old, ...over }), options);
    expect(access.removals.policies).toEqual([]);
    expect(access.warnings.some(({ id }) => id === 'other-policies')).toBe(!('other-policy-arns' in config));
  });
});

test.each([
  ['nothing is known', []],
  ['it named another', [namedBefore({ policyName: 'Older' })]],
])('a policy like ours that the config never named may be of another config, and stays: %s', (_, former) => {
  const access = decideAccess(configOf(), holding(old, former), options);
  expect(access.removals.policies).toEqual([]);
  expect(access.warnings).toContainEqual(
    expect.objectContaining({
      id: 'other-policies',
      message: expect.stringContaining('policy/Old') as string,
    }),
  );
});

describe('a policy of others under our name', () => {
  const named = (over: Partial<ObservedPolicy>) =>
    holding(policyOf({ name: 'New', document: foreignDocument, ...over }));

  test.each([
    ['that another role holds', { attached: false, usedElsewhere: 1 }],
    ['that another role holds too', { attached: true, usedElsewhere: 1 }],
    ['that nobody holds', { attached: false, usedElsewhere: 0 }],
  ])('%s is not rewritten without allow-destroy', (_, over) => {
    const world = { ...named(over), role: roleOf({ attachedPolicies: [] }) };
    expect(() => decideAccess(configOf(), world, options)).toThrow(
      expect.objectContaining({
        reason: 'destroy-refused',
        message: expect.stringContaining('"VisualEditor0"') as string,
      }),
    );
    expect(decideAccess(configOf(), world, { ...options, allowDestroy: true }).policies).toMatchObject([
      { importArn: policyArn('New') },
    ]);
  });

  test("a policy of others under our name that Kolena's role alone holds was made by hand for it, and is", () => {
    expect(decideAccess(configOf(), named({}), options).policies).toMatchObject([
      { importArn: policyArn('New') },
    ]);
  });
});
