import type { IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { observeRoles } from '../../../src/aws/observe/observe-former.ts';
import { trustPolicy } from '../../../src/iam/trust-policy.ts';
import { caller } from '../../access/world.ts';
import { principalArn } from '../../config/configs.ts';

const namesOf = (roleName: string) => ({
  roleName,
  policyName: 'Kolena',
  iamPath: '/',
  kolenaPrincipalArns: ['arn:aws:iam::444455556666:role/never-applied', principalArn],
});
const trust = (principal: string) =>
  encodeURIComponent(JSON.stringify(trustPolicy({ principalArn: principal })));
const failing = (name: string) =>
  Promise.reject(Object.assign(new Error(`${name} said AWS`), { name, $metadata: { httpStatusCode: 403 } }));

/** An IAM with one role that trusts Kolena and one that trusts somebody else; it denies what is secret. */
const iam = {
  config: {},
  send(command: { constructor: { name: string }; input: { RoleName?: string } }) {
    const { RoleName } = command.input;
    if (RoleName === 'Secret') return failing('AccessDenied');
    if (RoleName === 'Broken') return failing('Weird');
    if (RoleName === undefined || ['Gone', 'Today'].includes(RoleName)) return failing('NoSuchEntity');
    if (command.constructor.name !== 'GetRoleCommand')
      return Promise.resolve({ AttachedPolicies: [], PolicyNames: [], IsTruncated: false });
    const principal = RoleName === 'Old' ? principalArn : 'arn:aws:iam::999988887777:root';
    return Promise.resolve({ Role: { RoleName, AssumeRolePolicyDocument: trust(principal) } });
  },
} as unknown as IAMClient;
Object.setPrototypeOf(iam, (await import('@aws-sdk/client-iam')).IAMClient.prototype);

const observe = async (...former: string[]) => {
  const names = namesOf('Today');
  return (await observeRoles({ iam, caller, names, former: former.map(namesOf) })).former ?? [];
};

test('a former role is one that still trusts Kolena; what is denied is told, and stops nothing', async () => {
  const [old, theirs, gone, secret, same] = await observe('Old', 'Theirs', 'Gone', 'Secret', 'today');
  expect(old?.role?.name).toBe('Old');
  for (const one of [theirs, gone, same]) expect(one).toEqual({ names: one?.names, policies: [] });
  expect(secret).toMatchObject({ denied: 'AccessDenied said AWS' });
  expect(secret?.role).toBeUndefined();
});

test('a role that several versions named is told once', async () => {
  const found = await observe('Old', 'OLD', 'Old');
  expect(found.map(({ role }) => role?.name)).toEqual(['Old', undefined, undefined]);
});

test('what nobody foresaw is not passed over', async () => {
  await expect(observe('Broken')).rejects.toThrow('Weird said AWS');
});
