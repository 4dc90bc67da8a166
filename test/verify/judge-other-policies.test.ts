import { expect, test } from 'vitest';
import type { ObservedRole } from '../../src/access/observed.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { judgeOtherPolicies } from '../../src/verify/judge-other-policies.ts';
import { expectations, observations } from './good.ts';

const role = observations.role as ObservedRole;
const arnOf = (name: string) => `arn:aws:iam::111122223333:policy/${name}`;
const may = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const deniesAll: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
};

/** What is said of a role with these policies beside Kolena's; one that is not read has no document. */
function judged(
  attached: Readonly<Record<string, PolicyDocument | undefined>>,
  inline: Readonly<Record<string, PolicyDocument | undefined>> = {},
) {
  const names = Object.keys(attached);
  const documents = { ...Object.fromEntries(names.map((name) => [arnOf(name), attached[name]])), ...inline };
  const otherDocuments = JSON.parse(JSON.stringify(documents)) as Record<string, PolicyDocument>;
  const attachedPolicies = [...role.attachedPolicies, ...names.map((name) => ({ name, arn: arnOf(name) }))];
  const inlinePolicyNames = Object.keys(inline);
  const seen = { ...role, attachedPolicies, inlinePolicyNames, otherDocuments };
  return judgeOtherPolicies(expectations, { ...observations, role: seen });
}

const linesOf = (text: string | undefined, pattern: RegExp) =>
  [...(text ?? '').matchAll(pattern)].map(([, found]) => found);

test.each<[string, string[], Parameters<typeof judged>]>([
  ['one that reads more', ['Reads'], [{ Reads: may('s3:GetObject') }]],
  ['one that only denies', ['Denies'], [{ Denies: deniesAll }]],
  ['one that writes', [], [{ Writes: may('s3:PutObject') }]],
  ['one that does anything', [], [{ Admin: may('*') }]],
  ['an inline one that reads more', [], [{}, { reads: may('s3:GetObject') }]],
  [
    'two that read, beside others',
    ['Reads', 'Logs'],
    [
      { Reads: may('s3:GetObject'), Writes: may('s3:PutObject'), Logs: may('logs:GetLogEvents') },
      { more: may('s3:GetObject') },
    ],
  ],
])('Of %s those may be listed in the config: %j.', (_, names, policies) => {
  expect(linesOf(judged(...policies)?.remedy, /^ {2}- (.*)$/gm)).toEqual(names.map(arnOf));
});

test('Every policy that adds a right has a command that takes it off, and the others have none.', () => {
  const check = judged(
    { Reads: may('s3:GetObject'), Denies: deniesAll },
    { more: may('s3:PutObject'), less: deniesAll },
  );
  expect(check?.status).toBe('fail');
  expect(linesOf(check?.remedy, /^(aws iam .*)$/gm)).toEqual([
    `aws iam detach-role-policy --role-name Kolena --policy-arn ${arnOf('Reads')}`,
    'aws iam delete-role-policy --role-name Kolena --policy-name more',
  ]);
});

test.each<[string, Parameters<typeof judged>, string[], string[]]>([
  [
    'attached policies',
    [{ One: undefined, Two: undefined }],
    ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    [arnOf('One'), arnOf('Two')],
  ],
  ['inline policies', [{}, { one: undefined, two: undefined }], ['iam:GetRolePolicy'], [role.arn]],
  [
    'both, and none of what was read',
    [{ One: undefined, Denies: deniesAll }, { one: undefined }],
    ['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRolePolicy'],
    [arnOf('One'), role.arn],
  ],
])('The right to read %s is asked for, and nothing more.', (_, policies, Action, Resource) => {
  const check = judged(...policies);
  expect(check?.status).toBe('unprovable');
  const [statement = ''] = /\{[^]*\}/.exec(check?.remedy ?? '') ?? [];
  expect(JSON.parse(statement)).toEqual({ Sid: 'ReadOtherPolicies', Effect: 'Allow', Action, Resource });
});
