import { expect, test } from 'vitest';
import { kolenaRule } from '../../src/cors/rule-set.ts';
import type { CorsRule } from '../../src/cors/rule.ts';
import { decideRemoval } from '../../src/access/decide-access.ts';
import { UserError } from '../../src/base/errors.ts';
import { configOf } from '../config/configs.ts';
import { bucketOf, foreignDocument, policyArn, policyOf, roleOf, worldOf } from './world.ts';
import { seedCors } from '../support/seed.ts';

const region = 'us-east-1';
const ours = kolenaRule(configOf());
const foreign: CorsRule = { AllowedMethods: ['PUT'], AllowedOrigins: ['https://example.com'] };

test('everything of ours goes: role, policies, and our rule from configured and formerly granted buckets', () => {
  const second = policyOf({ name: 'KolenaS3ReadAccess-2', attached: false });
  const observed = worldOf({
    policies: [policyOf(), second],
    buckets: [bucketOf('configured', [foreign, ours]), bucketOf('share-with-kolena', seedCors)],
  });
  expect(
    decideRemoval(configOf({ buckets: ['configured'], tags: { a: 'b' } }), observed, { region }),
  ).toEqual({
    partition: 'aws',
    accountId: '444455556666',
    region,
    policies: [],
    cors: [],
    tags: { a: 'b' },
    removals: {
      role: { name: 'KolenaS3ReadAccess', path: '/' },
      policies: [
        { number: 1, name: 'KolenaS3ReadAccess', arn: policyArn('KolenaS3ReadAccess'), attached: true },
        { number: 2, name: 'KolenaS3ReadAccess-2', arn: policyArn('KolenaS3ReadAccess-2'), attached: false },
      ],
      formerRoles: [],
      cors: [
        { bucket: 'configured', region: 'eu-west-1', rules: { others: [foreign], kolena: ours } },
        { bucket: 'share-with-kolena', region: 'eu-west-1', rules: { others: [], kolena: seedCors[0] } },
      ],
    },
    warnings: [],
  });
});

test('where nothing of ours stands, nothing goes', () => {
  const { caller } = worldOf();
  const empty = { ...(caller && { caller }), policies: [], buckets: {} };
  const { removals } = decideRemoval(configOf(), empty, { region });
  expect(removals).toEqual({
    policies: [],
    formerRoles: [],
    cors: [{ bucket: 'share-with-kolena', region, rules: { others: [], kolena: undefined } }],
  });
});

test('a policy of others that only bears a numbered name stays', () => {
  const theirs = policyOf({ name: 'KolenaS3ReadAccess-2', document: foreignDocument, attached: false });
  const { removals } = decideRemoval(configOf(), worldOf({ policies: [policyOf(), theirs] }), { region });
  expect(removals.policies.map(({ number }) => number)).toEqual([1]);
});

test('a role with policies of others is refused before anything happens, with the commands that take them off', () => {
  const role = roleOf({
    attachedPolicies: [...roleOf().attachedPolicies, { name: 'T', arn: policyArn('T') }],
    inlinePolicyNames: ['in'],
  });
  const refusal = (() => {
    try {
      return decideRemoval(configOf(), worldOf({ role }), { region, allowDestroy: true });
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(UserError);
  const { reason, message, remedy } = refusal as UserError;
  expect(reason).toBe('destroy-refused');
  expect(message).toContain(`DeleteConflict) while it has other policies: ${policyArn('T')}, in (inline)`);
  expect(remedy).toContain(
    `aws iam detach-role-policy --role-name KolenaS3ReadAccess --policy-arn ${policyArn('T')}`,
  );
  expect(remedy).toContain('aws iam delete-role-policy --role-name KolenaS3ReadAccess --policy-name in');
});

test('a policy that others use too is refused before anything happens, allowed to destroy or not', () => {
  const observed = worldOf({ policies: [policyOf({ usedElsewhere: 2 })] });
  for (const allowDestroy of [true, false]) {
    expect(() => decideRemoval(configOf(), observed, { region, allowDestroy })).toThrow(
      `Policy ${policyArn('KolenaS3ReadAccess')} is used by 2 more role(s), user(s) or group(s)`,
    );
  }
});

test('a role that trusts others too is not deleted unless told so', () => {
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  } as const;
  const observed = worldOf({ role: roleOf({ trustPolicy }) });
  expect(() => decideRemoval(configOf(), observed, { region })).toThrow(/trusts Service:ec2.amazonaws.com/);
  expect(decideRemoval(configOf(), observed, { region, allowDestroy: true }).removals.role?.name).toBe(
    'KolenaS3ReadAccess',
  );
});

test('a bucket that cannot be read keeps no grant alive, and is warned of unless it is gone', () => {
  const observed = worldOf({
    buckets: [],
    unread: [
      { name: 'of-others', why: 'other account' },
      { name: 'refused', why: 'refused' },
      { name: 'gone', why: 'gone' },
    ],
  });
  const { removals, warnings } = decideRemoval(configOf({ buckets: ['refused'] }), observed, { region });
  expect(removals.policies).toHaveLength(1);
  expect(removals.cors.filter(({ rules }) => rules.kolena !== undefined)).toEqual([]);
  expect(warnings).toMatchObject([
    { id: 'bucket-of-another-account', message: expect.stringContaining('of-others') as string },
    { id: 'unread-bucket', remedy: expect.stringContaining('get-bucket-cors --bucket refused') as string },
  ]);
});
