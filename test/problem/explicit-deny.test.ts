import { expect, test } from 'vitest';
import { denialRemedy, explicitDenyRemedy } from '../../src/problem/denial.ts';
import { unreadableBuckets } from '../../src/problem/missing-rights.ts';
import { explainAssumeDenial } from '../../src/verify/explain-assume.ts';
import { explainGuard } from '../../src/verify/explanation.ts';
import { judgeCors } from '../../src/verify/judge-cors.ts';
import { judgeSimulation } from '../../src/verify/judge-simulation.ts';
import { explainNotAdded } from '../../src/verify/way-in.ts';
import { callerArn, expectations, observations } from '../verify/good.ts';

const session = 'arn:aws:sts::111122223333:assumed-role/KolenaS3Deploy/run';
const denying = (action: string, where = 'a resource-based policy') =>
  `User: ${session} is not authorized to perform: ${action} on resource: "arn:aws:s3:::pictures" with an explicit deny in ${where}`;
const refusalOf = (message: string) => ({ code: 'AccessDenied', message, status: 403 });

const policyArn = 'arn:aws:iam::111122223333:policy/Guard';

/** What each part of the product advises when it meets an explicit deny. */
const remedies: Readonly<Record<string, string | undefined>> = {
  'a plan that cannot read a bucket': unreadableBuckets(
    [
      {
        kind: 'denied',
        name: 'pictures',
        owner: 'this',
        cause: new Error(denying('s3:GetBucketCORS')),
      },
    ],
    { accountId: '111122223333', arn: session, partition: 'aws' },
  )?.remedy,
  Terraform: denialRemedy(denying('s3:PutBucketCORS')),
  'a verifier that cannot get in': explainAssumeDenial(
    refusalOf(denying('sts:AssumeRole', 'a service control policy')),
    { expectations, ...observations },
  ).remedy,
  'a check that cannot add its statement': explainNotAdded(
    refusalOf(denying('iam:UpdateAssumeRolePolicy', 'an identity-based policy')),
    { callerArn, expectations, role: observations.role },
  ).remedy,
  'a boundary': explainGuard(
    refusalOf(denying('s3:GetObject', `a permissions boundary: ${policyArn}`)),
    's3:GetObject',
  )?.remedy,
  'a VPC endpoint': explainGuard(refusalOf(denying('s3:GetObject', 'a VPC endpoint policy')), 's3:GetObject')
    ?.remedy,
  'a simulator that is denied': judgeSimulation(expectations, {
    of: 'role',
    answers: {
      outcome: 'refused',
      refusal: refusalOf(denying('iam:SimulatePrincipalPolicy', 'a service control policy')),
    },
  })[0]?.remedy,
  'rules that cannot be read back': judgeCors(expectations, {
    ...observations,
    buckets: {
      pictures: {
        corsRules: { outcome: 'refused', refusal: refusalOf(denying('s3:GetBucketCORS')) },
        preflights: {},
        unknownOrigin: { outcome: 'skipped', message: '' },
      },
    },
  }).find(({ id }) => id === 'foreign-cors:pictures')?.remedy,
};

test.each(Object.entries(remedies))('no Allow is advised against an explicit deny: %s', (_, remedy) => {
  expect(remedy).toMatch(/explicit deny|Deny statement/);
  expect(remedy).not.toMatch(/"Effect": "Allow"|^Allow |\. Allow |Add this statement/);
});

test('the policy that denies is named by its ARN', () => {
  expect(explicitDenyRemedy(denying('s3:GetObject', `an identity-based policy: ${policyArn}`))).toContain(
    policyArn,
  );
  expect(remedies['a boundary']).toContain(policyArn);
});

test('the condition that exempts this run from a bucket policy is printed', () => {
  expect(remedies['a plan that cannot read a bucket']).toContain(
    '{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/KolenaS3Deploy"}}',
  );
});

test('an implicit deny needs an Allow', () => {
  const implicit = 'x is not authorized to perform: s3:GetObject because no identity-based policy allows it';
  expect(explicitDenyRemedy(implicit)).toBeUndefined();
});
