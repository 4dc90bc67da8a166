import { expect, test } from 'vitest';
import { explainGuard } from '../../src/verify/explanation.ts';
import { denied } from './good.ts';

const refusedCall =
  'User: x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::pictures/a.png"';

// The wordings of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
test.each([
  ['with an explicit deny in a service control policy', /an explicit deny in a service control/, /\(SCP\)/],
  [
    'because no service control policy allows the s3:GetObject action',
    /no service control policy/,
    /\(SCP\)/,
  ],
  ['with an explicit deny in a resource control policy', /in a resource control policy/, /\(RCP\)/],
  [
    'with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b',
    /a service control policy \(arn:aws:organizations::1:policy\/o-a\/service_control_policy\/p-b\)/,
    /\(SCP\)/,
  ],
  [
    'with an explicit deny in a permissions boundary',
    /a permissions boundary/,
    /Deny statement out of a permissions boundary/,
  ],
  [
    'because no permissions boundary allows the s3:GetObject action',
    /no permissions/,
    /^Allow it in the role's permissions boundary, or set another permissions-boundary-arn\.$/,
  ],
  [
    'with an explicit deny in a resource-based policy',
    /a resource-based policy/,
    /^Exempt the role from the Deny statement of the bucket's policy, by aws:PrincipalArn\.$/,
  ],
  [
    'because no resource-based policy allows the s3:GetObject action',
    /no resource-based policy/,
    /^Allow the role in the bucket's policy: .*another account/,
  ],
  [
    'because no data perimeter policy allows the s3:GetObject action',
    /no data perimeter policy allows it/,
    /^See which policy denies it/,
  ],
  [
    'with an explicit deny in a VPC endpoint policy transitively through a service control policy',
    /VPC endpoint policy transitively/,
    /\(SCP\)/,
  ],
  ['with an explicit deny in a VPC endpoint policy', /a VPC endpoint policy/, /VPC endpoint/],
  ['because no VPC endpoint policy allows the s3:GetObject action', /no VPC endpoint/, /VPC endpoint/],
  ['because no session policy allows the s3:GetObject action', /no session policy/, /session policy/],
  [
    'with an explicit deny in an identity-based policy',
    /deny in an identity-based policy/,
    /attached to the role/,
  ],
])('"… %s" is told with its remedy', (message, cause, remedy) => {
  const explained = explainGuard({ ...denied, message: `${refusedCall} ${message}` }, 's3:GetObject on it');
  expect(explained?.message).toMatch(/^AWS refuses s3:GetObject on it: /);
  expect(explained?.message).toMatch(cause);
  expect(explained?.remedy).toMatch(remedy);
  expect(explained?.mendsByWaiting).toBe(false);
});

test('what the role itself lacks is no guard', () => {
  const message = 'because no identity-based policy allows the s3:GetObject action';
  expect(explainGuard({ ...denied, message: `${refusedCall} ${message}` }, 'it')).toBeUndefined();
  expect(explainGuard(denied, 'it')).toBeUndefined();
  for (const trust of [
    'because no role trust policy allows the sts:AssumeRole action',
    'with an explicit deny in the role trust policy',
  ])
    expect(explainGuard({ ...denied, message: `${refusedCall} ${trust}` }, 'it')).toBeUndefined();
});
