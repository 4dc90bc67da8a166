import type { IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { observeOtherPolicies } from '../../../src/aws/observe/observe-other-policies.ts';
import { foreignDocument, policyArn, policyOf, roleOf } from '../../access/world.ts';
import { seedPolicy } from '../../support/seed.ts';

const awsManaged = { name: 'Kolena', arn: 'arn:aws:iam::aws:policy/Kolena' };
const attached = ['Ours', 'Former', 'Theirs', 'Secret', 'Gone'].map((name) => ({
  name,
  arn: policyArn(name),
}));
const role = roleOf({
  attachedPolicies: [...attached, awsManaged],
  inlinePolicyNames: ['inline', 'secret'],
});
const documents: Readonly<Record<string, unknown>> = {
  [policyArn('Former')]: seedPolicy,
  [policyArn('Theirs')]: foreignDocument,
  [awsManaged.arn]: seedPolicy,
};
const failing = (name: string) =>
  Promise.reject(Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 403 } }));

/** An IAM that denies what is secret, and whose policy `Gone` was deleted since it was listed. */
const iam = {
  send({ input }: { input: { PolicyArn?: string; VersionId?: string; PolicyName?: string } }) {
    const { PolicyArn, VersionId, PolicyName } = input;
    if (PolicyName !== undefined)
      return PolicyName === 'secret'
        ? failing('AccessDenied')
        : Promise.resolve({ PolicyDocument: encodeURIComponent(JSON.stringify(foreignDocument)) });
    if (PolicyArn === policyArn('Secret')) return failing('AccessDenied');
    if (PolicyArn === policyArn('Gone')) return failing('NoSuchEntity');
    return Promise.resolve(
      VersionId === undefined
        ? { Policy: { DefaultVersionId: 'v3', AttachmentCount: 2 } }
        : { PolicyVersion: { Document: encodeURIComponent(JSON.stringify(documents[PolicyArn ?? ''])) } },
    );
  },
} as unknown as IAMClient;

test('policies of others are read as far as allowed, and ours of this account under a former name is known', async () => {
  const found = await observeOtherPolicies(iam, role, [policyOf({ name: 'Ours' })]);
  expect(found.former).toEqual([policyOf({ name: 'Former', attached: true, usedElsewhere: 1 })]);
  expect(found.documents).toEqual({
    [policyArn('Theirs')]: foreignDocument,
    [awsManaged.arn]: seedPolicy,
    inline: foreignDocument,
  });
});
