import { expect, test } from 'vitest';
import { isVerified } from '../../src/verify/check.ts';
import { judge } from '../../src/verify/judge.ts';
import { refusalOf } from '../support/gate/authorize.ts';
import type { Identity } from '../support/gate/identities.ts';
import { answerOfKms, openKeys } from '../support/gate/keys.ts';
import { perimeter } from '../support/gate/organization.ts';
import type { AwsRequest } from '../support/gate/request.ts';
import { simulatePolicy } from '../support/gate/simulate.ts';
import { keyPolicyOf, policyOf } from './guarded.ts';
import { callerArn, expectations, keyArn, kolenaArn, observations } from './good.ts';

const [customer, kolena] = ['111122223333', '444455556666'];
const roleArn = 'arn:aws:iam::111122223333:role/Kolena';

function sessionOf(accountId: string, identityArn: string, place?: Identity['place']): Identity {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${identityArn.split('/').at(-1) ?? ''}/s`;
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  return { kind: 'session', accountId, identityArn, arn, credentials, ...(place && { place }) };
}
const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
} as const;
const entity = { arn: '', id: '', name: '', policies: [{ name: 'all', policy: everything }] };

/** Why AWS keeps somebody out of the role, if it does. */
async function whyNotAssumed(
  identity: Identity,
  trusted: string,
  resourceTags = {},
): Promise<string | undefined> {
  const refusal = await refusalOf({
    identity,
    entity,
    permission: { action: 'sts:AssumeRole', resource: roleArn, context: {} },
    resourceAccountId: customer,
    resourcePolicy: policyOf({
      Effect: 'Allow',
      Principal: { AWS: [kolenaArn, callerArn] },
      Action: 'sts:AssumeRole',
      Resource: undefined as never,
    }),
    organization: perimeter(customer, trusted),
    resourceTags,
  });
  return refusal?.message;
}

test("an organization's boundary lets the verifier in and Kolena not, until one of the two exceptions is made", async () => {
  const [verifier, outsider] = [sessionOf(customer, callerArn), sessionOf(kolena, kolenaArn)];
  const nobody = '000000000000';
  expect(await whyNotAssumed(verifier, nobody)).toBeUndefined();
  expect(await whyNotAssumed(outsider, nobody)).toContain('explicit deny in a resource control policy');
  expect(await whyNotAssumed(outsider, kolena)).toBeUndefined();
  expect(await whyNotAssumed(outsider, nobody, { 'dp:exclude:identity': 'true' })).toBeUndefined();
});

test('a session reads from the place where it was opened', async () => {
  const read = async (place: Identity['place']) =>
    (await refusalOf({
      identity: sessionOf(customer, roleArn, place),
      entity,
      permission: { action: 's3:GetObject', resource: 'arn:aws:s3:::pictures/a.png', context: {} },
      resourceAccountId: customer,
      resourcePolicy: policyOf({ Condition: { NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } } }),
    })) === undefined;
  expect([await read(undefined), await read({ 'aws:SourceIp': '203.0.113.7' })]).toEqual([true, false]);
});

test('the simulator tells of an organization for a role that exists, and then the limit is said without taking the verdict', async () => {
  const role = { ...entity, arn: roleArn, trustPolicy: everything, attachedPolicies: 0 };
  const state = { accountId: customer, roles: new Map([['kolena', role]]), users: new Map() };
  const form = new URLSearchParams({
    Action: 'SimulatePrincipalPolicy',
    PolicySourceArn: roleArn,
    'ActionNames.member.1': 's3:GetObject',
  });
  expect(await simulatePolicy(form, state, perimeter(customer))).toContain('<AllowedByOrganizations>true');
  expect(await simulatePolicy(form, state)).not.toContain('AllowedByOrganizations');

  const { simulation } = observations;
  const value =
    simulation.outcome === 'ok' ? simulation.value.map((one) => ({ ...one, inOrganization: true })) : [];
  const checks = judge(expectations, { ...observations, simulation: { outcome: 'ok', value } });
  expect(isVerified(checks)).toBe(true);
  expect(checks.filter(({ status }) => status !== 'pass')).toMatchObject([
    { id: 'organization', status: 'unprovable' },
  ]);
  const limit = checks.find(({ id }) => id === 'organization');
  expect(limit?.evidence).toContain(`\`aws:PrincipalAccount\` ${kolena}`);
  expect(limit?.evidence).toContain('`dp:exclude:identity` = `true`');
  expect(limit?.remedy, 'it is no cause that asks for a step on every run').toBeUndefined();
});

test('KMS tells the key of an alias and the policy of a key', () => {
  const keys = openKeys();
  keys.add(keyArn, keyPolicyOf({ Principal: '*' }), 'pictures');
  const ask = (operation: string, KeyId: string) =>
    answerOfKms(
      {
        headers: { 'x-amz-target': `TrentService.${operation}` },
        body: Buffer.from(JSON.stringify({ KeyId })),
      } as unknown as AwsRequest,
      keys,
    );
  const alias = 'arn:aws:kms:us-east-1:111122223333:alias/pictures';
  expect(ask('DescribeKey', alias)).toMatchObject({ KeyMetadata: { Arn: keyArn } });
  expect(ask('GetKeyPolicy', keyArn)).toMatchObject({
    Policy: JSON.stringify(keyPolicyOf({ Principal: '*' })),
  });
});
