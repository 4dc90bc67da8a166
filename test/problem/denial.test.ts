import { describe, expect, test } from 'vitest';
import { denialRemedy, parseDenial, policyOf, statementFor } from '../../src/problem/denial.ts';

const user = 'arn:aws:sts::111122223333:assumed-role/deploy/run';
const object = 'arn:aws:s3:::pictures/a.png';
const scp = 'arn:aws:organizations::444455556666:policy/o-example/service_control_policy/p-example';
const said = (rest: string) => `User: ${user} is not authorized to perform: s3:GetObject${rest}`;
const asked = { action: 's3:GetObject', principal: user } as const;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
describe("AWS's denial", () => {
  test.each([
    [
      'names the resource in quotes and what lacks an Allow',
      said(` on resource: "${object}" because no identity-based policy allows the s3:GetObject action`),
      { ...asked, resource: object, kind: 'implicit', policyKind: 'identity-based policy' },
    ],
    [
      'names the ARN of the policy that denies',
      said(` on resource: ${object} with an explicit deny in a service control policy: ${scp}`),
      {
        ...asked,
        resource: object,
        kind: 'explicit',
        policyKind: 'service control policy',
        policyArn: scp,
      },
    ],
    [
      'goes on behind that ARN',
      said(` with an explicit deny in a service control policy: ${scp}. Encoded authorization failure: x`),
      { ...asked, kind: 'explicit', policyKind: 'service control policy', policyArn: scp },
    ],
    [
      'names no resource',
      said(' with an explicit deny in an identity-based policy'),
      { ...asked, kind: 'explicit', policyKind: 'identity-based policy' },
    ],
    [
      'names two policies, one through the other',
      said(' with an explicit deny in a VPC endpoint policy transitively through a service control policy'),
      {
        ...asked,
        kind: 'explicit',
        policyKind: 'VPC endpoint policy transitively through a service control policy',
      },
    ],
    [
      'names the one trust policy of a role',
      said(` on resource: ${object} with an explicit deny in the role trust policy`),
      { ...asked, resource: object, kind: 'explicit', policyKind: 'role trust policy' },
    ],
    [
      'names a resource without its ARN',
      'User: x is not authorized to perform: iam:GetRole on resource: role Kolena because no permissions boundary allows the iam:GetRole action',
      { action: 'iam:GetRole', principal: 'x', kind: 'implicit', policyKind: 'permissions boundary' },
    ],
    [
      'gives no reason',
      said(` on resource: ${object}.`),
      { ...asked, resource: object, kind: 'unexplained' },
    ],
    [
      'is about an object whose key reads like a reason',
      said(
        ` on resource: "${object} with an explicit deny in a session policy" because no VPC endpoint policy allows it`,
      ),
      {
        ...asked,
        resource: `${object} with an explicit deny in a session policy`,
        kind: 'implicit',
        policyKind: 'VPC endpoint policy',
      },
    ],
    [
      'stands in the middle of what Terraform prints',
      `Error: creating IAM Role\napi error AccessDenied: ${said(` on resource: ${object}`)}\n\n  with aws_iam_role.role`,
      { ...asked, resource: object, kind: 'unexplained' },
    ],
  ])('%s', (_, text, denial) => {
    expect(parseDenial(text)).toEqual(denial);
  });

  test.each(['Access Denied', 'Rate exceeded', ''])('is not read out of %j', (text) => {
    expect(parseDenial(text)).toBeUndefined();
  });

  test('asks for an Allow, unless a Deny stands against it', () => {
    expect(denialRemedy(said(` on resource: ${object} because no session policy allows it`))).toBe(
      statementFor({ Action: 's3:GetObject', Resource: object }),
    );
    expect(denialRemedy(said(''))).toBe(statementFor({ Action: 's3:GetObject', Resource: '*' }));
    expect(denialRemedy(said(' with an explicit deny in a session policy'))).not.toContain('Allow');
  });

  test('names its policy with the article, and with the ARN where there is one', () => {
    expect(policyOf({ ...asked, kind: 'explicit', policyKind: 'identity-based policy' })).toBe(
      'an identity-based policy',
    );
    expect(
      policyOf({ ...asked, kind: 'explicit', policyKind: 'service control policy', policyArn: scp }),
    ).toBe(`a service control policy (${scp})`);
  });
});

describe('statementFor', () => {
  test('prints the statement in the order of its elements, and where it belongs', () => {
    const printed = statementFor({ Action: 's3:GetObject', Resource: object, Sid: 'Read' });
    expect(printed).toBe(`Add this statement to the permissions of the role that this run uses:
{
  "Sid": "Read",
  "Effect": "Allow",
  "Action": "s3:GetObject",
  "Resource": "${object}"
}`);
    expect(statementFor({ Action: 'kms:Decrypt' }, 'the key policy')).toMatch(
      /^Add this statement to the key/,
    );
  });
});
