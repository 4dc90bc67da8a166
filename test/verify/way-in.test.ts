import { expect, test } from 'vitest';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import {
  explainNotAdded,
  notTrustedAsConfigured,
  trustsAsConfigured,
  wayIn,
} from '../../src/verify/way-in.ts';
import { callerArn, expectations, kolenaArn, observations, trustPolicy } from './good.ts';

const { role } = observations;
const verifier = { mode: 'assume', callerArn, expectations, role } as const;
const other = 'arn:aws:iam::111122223333:role/ci/other';
const checkedBy = (verifierArn: string) => ({ expectations: { ...expectations, verifierArn } });

test.each<[string, Partial<Parameters<typeof wayIn>[0]>, unknown]>([
  ['A run adds its statement', {}, 'temporary'],
  ['The permanent verifier needs none', checkedBy(callerArn), 'permanent'],
  [
    '`verify: simulate` writes nothing',
    { mode: 'simulate' },
    /^`verify: simulate` changes nothing.*`verify: assume`/s,
  ],
  ['Nor does it as the permanent verifier', { mode: 'simulate', ...checkedBy(callerArn) }, /changes nothing/],
  [
    'Into no role there is no way',
    { role: undefined },
    /^There is no role arn:aws:iam::111122223333:role\/Kolena\..*`command: apply`/s,
  ],
  [
    'AWS lets no root user assume a role',
    { callerArn: 'arn:aws:iam::111122223333:root' },
    /no root user.*credentials of a role or a user/s,
  ],
  [
    'Beside a permanent verifier nobody else gets in',
    checkedBy(other),
    new RegExp(`Only ${other} .* this run is ${callerArn}.*verify-principal-arn`, 's'),
  ],
])('%s.', (_, part, expected) => {
  const way = wayIn({ ...verifier, ...part });
  if (!(expected instanceof RegExp)) expect(way).toBe(expected);
  else expect(typeof way === 'string' ? way : `${way.message}\n${way.remedy}`).toMatch(expected);
});

const [statement] = trustPolicy.Statement;
if (statement === undefined) throw new Error('the trust policy has a statement');
const verifierStatement: Statement = { ...statement, Sid: 'Verifier', Principal: { AWS: other } };
const both: PolicyDocument = { ...trustPolicy, Statement: [statement, verifierStatement] };

// The temporary statement is added only to a role that trusts Kolena's principal as configured.
test.each<[string, boolean, readonly Statement[], PolicyDocument?]>([
  ['the statement of the config', true, [statement]],
  ['it beside one of somebody else', true, [verifierStatement, statement]],
  ['none', false, []],
  ['it under another name', false, [{ ...statement, Sid: 'Other' }]],
  ['another principal under its name', false, [{ ...statement, Principal: { AWS: other } }]],
  ['more principals', false, [{ ...statement, Principal: { AWS: [kolenaArn, other] } }]],
  ['no external ID', false, [{ ...statement, Condition: {} }]],
  [
    'another external ID',
    false,
    [{ ...statement, Condition: { StringEquals: { 'sts:ExternalId': 'other-id' } } }],
  ],
  ['a Deny of it', false, [{ ...statement, Effect: 'Deny' }]],
  ['both statements of the config', true, [verifierStatement, statement], both],
  ['one of two statements of the config', false, [statement], both],
])('A trust policy that holds %s is as configured: %s.', (_, expected, Statement, wanted = trustPolicy) => {
  const asConfigured = { ...expectations, role: { ...expectations.role, trustPolicy: wanted } };
  expect(trustsAsConfigured({ ...trustPolicy, Statement }, asConfigured)).toBe(expected);
});

const notRead = notTrustedAsConfigured('Kolena');
const refusalOf = (code: string, message = 'AWS says so.') => ({ code, message, status: 400 });
const denied = refusalOf(
  'AccessDenied',
  `User: ${callerArn} is not authorized to perform: iam:UpdateAssumeRolePolicy`,
);

test.each([
  [
    'a trust policy that is not as configured',
    notRead.refusal,
    /^The trust policy of Kolena was not read as the config says.*former/,
    /^Run `command: apply`/,
  ],
  ['a trust policy that is full', refusalOf('LimitExceeded'), /no room .* AWS says so/, /quota/],
  [
    'a principal that IAM does not know',
    refusalOf('MalformedPolicyDocument'),
    new RegExp(callerArn),
    /^Allow iam:GetRole/,
  ],
  [
    'a principal that was deleted',
    refusalOf('MalformedPolicyDocument', 'Invalid principal in policy: "AWS":"AROAEXAMPLEEXAMPLE123"'),
    /AROAEXAMPLEEXAMPLE123/,
    /^Run `command: apply`/,
  ],
  [
    'a missing right',
    denied,
    /not allowed to add its statement .*\(AccessDenied\)/,
    /"iam:UpdateAssumeRolePolicy",\n {2}"Resource": "arn:aws:iam::111122223333:role\/Kolena"\n/,
  ],
  [
    'an explicit deny',
    refusalOf('AccessDenied', `${denied.message} with an explicit deny in a service control policy`),
    /not allowed/,
    /^Ask the owner of a service control policy/,
  ],
] as const)(
  'The statement that was not added for %s has its cause and its next step.',
  (_, refusal, cause, step) => {
    const { message, remedy } = explainNotAdded(refusal, { callerArn, expectations, role });
    expect(message).toMatch(cause);
    expect(remedy).toMatch(step);
  },
);

test('The right to add the statement is asked for the role that stands, wherever it stands.', () => {
  const moved = role && { ...role, arn: 'arn:aws:iam::111122223333:role/teams/Kolena' };
  expect(explainNotAdded(denied, { callerArn, expectations, role: moved }).remedy).toContain(moved?.arn);
});
