import { expect, test } from 'vitest';
import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import { exempting } from '../../src/iam/denials.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import type { Check } from '../../src/verify/check.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import { judge } from '../../src/verify/judge.ts';
import { judgeGuards } from '../../src/verify/judge-guards.ts';
import { keyPolicyOf, letsRoleIn, policyOf, roleArn } from './guarded.ts';
import { expectations, keyArn, observations } from './good.ts';

function checksOf(
  guard: Partial<BucketGuard>,
  part: Partial<Expectations> = {},
  read?: ReadonlySet<string>,
): Check[] {
  const bucket = { name: 'pictures', region: 'eu-west-1', corsRules: [], defaultKmsKeyArn: keyArn };
  const { role } = observations;
  return judgeGuards(
    { ...expectations, now: '2026-11-26T00:00:00Z', ...part },
    { buckets: { pictures: { ...bucket, guard: { unread: [], ...guard } } }, ...(role && { role }) },
    read,
  );
}

/** The Deny statements of a policy, each with the role exempt. */
function exempted({ Statement, ...rest }: PolicyDocument): PolicyDocument {
  return {
    ...rest,
    Statement: Statement.map((one) => (one.Effect === 'Deny' ? exempting(one, roleArn) : one)),
  };
}

const is = (operator: string, key: string, value: string | string[]) => ({
  Condition: { [operator]: { [key]: value } },
});
const other = 'arn:aws:iam::111122223333:role/Other';

const denying: readonly (readonly [string, Partial<Statement>])[] = [
  ['everybody', {}],
  ['the account', { Principal: { AWS: '111122223333' } }],
  ["the account's root", { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
  ['the role', { Principal: { AWS: roleArn } }],
  ['reading alone', { Action: ['s3:GetObject*'] }],
  ['all actions but some', { Action: undefined as never, NotAction: 's3:PutObject' }],
  ['all objects', { Resource: 'arn:aws:s3:::pictures/*' }],
  ['everybody but another role', is('ArnNotEquals', 'aws:PrincipalArn', other)],
  [
    'everybody but other roles, by pattern',
    is('ArnNotLike', 'aws:PrincipalArn', ['arn:aws:iam::*:role/Admin*', other]),
  ],
  ['everybody but another role, as text', is('StringNotLike', 'aws:PrincipalArn', other)],
  ['everybody but another role, if there is one', is('StringNotEqualsIfExists', 'aws:PrincipalArn', other)],
  [
    'everybody but another role, by its ID',
    is('StringNotLike', 'aws:userId', ['AROAOTHER:*', '111122223333']),
  ],
  ['everybody but another account', is('StringNotEquals', 'aws:PrincipalAccount', '999999999999')],
  ['roles without a tag', is('StringNotEquals', 'aws:PrincipalTag/team', 'vision')],
  ['sessions without MFA', is('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false')],
  ['all but an access point', is('StringNotEquals', 's3:DataAccessPointAccount', '111122223333')],
  ['sessions without a source identity', is('Null', 'aws:SourceIdentity', 'true')],
  [
    'whatever is not an encrypted upload',
    is('StringNotEqualsIfExists', 's3:x-amz-server-side-encryption', 'aws:kms'),
  ],
  ['everybody since a day', is('DateGreaterThanEquals', 'aws:CurrentTime', '2026-01-01T00:00:00Z')],
  ['everybody since a second', is('DateGreaterThan', 'aws:CurrentTime', '1767225600')],
  ['everybody but named principals', { Principal: undefined as never, NotPrincipal: { AWS: [other] } }],
];

test.each(denying)(
  'A bucket policy that denies %s fails, and its own remedy lets the role in.',
  async (_, statement) => {
    const policy = policyOf({ Sid: 'Guard', ...statement });
    const [check] = checksOf({ policy });
    expect(check).toMatchObject({ id: 'bucket-policy:pictures', status: 'fail' });
    expect(check?.evidence).toContain('The statement Guard of the bucket policy denies the role');
    expect(check?.remedy).toContain(JSON.stringify(roleArn));
    expect(check?.remedy).not.toContain('"Allow"');
    expect(checksOf({ policy: exempted(policy) })).toMatchObject([{ status: 'pass' }]);
    expect(await letsRoleIn({ policy })).toBe(false);
    expect(await letsRoleIn({ policy: exempted(policy) })).toBe(true);
  },
);

test.each([
  ['plain HTTP', is('Bool', 'aws:SecureTransport', 'false')],
  ['old TLS', is('NumericLessThan', 's3:TlsVersion', '1.2')],
  [
    'uploads without encryption',
    { Action: 's3:PutObject', ...is('Null', 's3:x-amz-server-side-encryption', 'true') },
  ],
  ['payloads that are not signed', is('StringEquals', 's3:x-amz-content-sha256', 'UNSIGNED-PAYLOAD')],
  ['everybody from a day on', is('DateGreaterThan', 'aws:CurrentTime', '2099-01-01T00:00:00Z')],
  ['writing', { Action: ['s3:PutObject', 's3:Delete*'] }],
  ['another bucket', { Resource: 'arn:aws:s3:::other/*' }],
  ['everybody but the role', is('ArnNotEquals', 'aws:PrincipalArn', [other, roleArn])],
  ['everybody but a pattern of the role', is('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/Kol*')],
  ['everybody but the role, by its ID', is('StringNotLike', 'aws:userid', ['AROAEXAMPLE:*'])],
  ['everybody but the account', is('StringNotEquals', 'aws:PrincipalAccount', '111122223333')],
  [
    'everybody but the account of the bucket',
    is('StringNotEquals', 'aws:ResourceAccount', '${aws:PrincipalAccount}'),
  ],
  ['another organization', is('StringNotEquals', 'aws:PrincipalOrgID', 'o-example')],
  ['another organization, if there is one', is('StringNotEqualsIfExists', 'aws:PrincipalOrgID', 'o-example')],
  ['another part of it', is('ForAllValues:StringNotLike', 'aws:PrincipalOrgPaths', 'o-example/r-1/*')],
  ['another role', { Principal: { AWS: other } }],
  ['another account', { Principal: { AWS: '999999999999' } }],
  ['objects that were not scanned', is('StringNotEquals', 's3:ExistingObjectTag/scan', 'clean')],
  ['long-lived URLs', is('NumericGreaterThan', 's3:signatureAge', '600000')],
])('A bucket policy that denies %s is none of the matter.', (_, statement) => {
  expect(checksOf({ policy: policyOf(statement as Partial<Statement>) })).toMatchObject([
    { id: 'bucket-policy:pictures', status: 'pass' },
  ]);
});

const inside = {
  'aws:SourceIp': '10.0.0.1',
  'aws:SourceVpce': 'vpce-1',
  'aws:SourceVpc': 'vpc-1',
  'aws:VpcSourceIp': '10.0.0.1',
};
const outside = { 'aws:SourceIp': '203.0.113.7' };

const byPlace: readonly (readonly [string, Partial<Statement>])[] = [
  ['NotIpAddress', is('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8')],
  ['NotIpAddressIfExists', is('NotIpAddressIfExists', 'aws:SourceIp', ['10.0.0.0/8', '192.0.2.0/24'])],
  ['IpAddress', is('IpAddress', 'aws:SourceIp', '203.0.113.0/24')],
  ['StringNotEquals of a VPC endpoint', is('StringNotEquals', 'aws:SourceVpce', 'vpce-1')],
  [
    'StringNotEqualsIfExists of a VPC endpoint, with an address',
    {
      Condition: {
        NotIpAddressIfExists: { 'aws:SourceIp': '10.0.0.0/8' },
        StringNotEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' },
      },
    },
  ],
  ['StringNotLike of a VPC endpoint', is('StringNotLike', 'aws:sourceVpce', 'vpce-*')],
  ['ForAllValues of a VPC', is('ForAllValues:StringNotEquals', 'aws:SourceVpc', 'vpc-1')],
  ['StringNotEquals of a VPC', is('StringNotEquals', 'aws:SourceVpc', 'vpc-1')],
  ['Null of a VPC endpoint', is('Null', 'aws:SourceVpce', 'true')],
  [
    'a VPC beside an exempt role',
    {
      Condition: {
        StringNotEquals: { 'aws:SourceVpc': 'vpc-1' },
        ArnNotEquals: { 'aws:PrincipalArn': other },
      },
    },
  ],
];

test.each(byPlace)(
  'A bucket policy that judges the place by %s warns, and its remedy lets every place in.',
  async (_, statement) => {
    const policy = policyOf({ Sid: 'Place', ...statement });
    const [check] = checksOf({ policy }, {}, new Set(['pictures']));
    expect(check).toMatchObject({ id: 'bucket-policy:pictures', status: 'warning' });
    expect(check?.evidence).toMatch(/^The statement Place .* depends on where a request comes from/);
    expect(check?.remedy).toContain(JSON.stringify(roleArn));
    expect(checksOf({ policy: exempted(policy) })).toMatchObject([{ status: 'pass' }]);
    expect(await letsRoleIn({ policy, context: inside })).toBe(true);
    expect(await letsRoleIn({ policy, context: outside })).toBe(false);
    expect(await letsRoleIn({ policy: exempted(policy), context: outside })).toBe(true);
  },
);

test.each([
  [
    'a place that another role alone is held to',
    {
      Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' }, ArnEquals: { 'aws:PrincipalArn': other } },
    },
  ],
  ['the place of writers', { Action: 's3:PutObject', ...is('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8') }],
])('%s is none of the matter.', (_, statement) => {
  expect(checksOf({ policy: policyOf(statement as Partial<Statement>) })).toMatchObject([{ status: 'pass' }]);
});

const account = { Principal: { AWS: 'arn:aws:iam::111122223333:root' } };
const viaS3 = {
  Condition: {
    StringEquals: { 'kms:CallerAccount': '111122223333', 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
  },
};

test.each([
  ['the account', 'pass', [account]],
  ['the role', 'pass', [{ Principal: { AWS: roleArn }, Action: 'kms:Decrypt' }]],
  ['whoever comes via S3, as aws/s3 does', 'pass', [{ Principal: { AWS: '*' }, ...viaS3 }]],
  ['an organization', 'pass', [{ Principal: '*', ...is('StringEquals', 'aws:PrincipalOrgID', 'o-example') }]],
  ['an administrator alone', 'fail', [{ Principal: { AWS: other } }]],
  ['the account to manage it alone', 'fail', [{ ...account, Action: ['kms:Describe*', 'kms:Put*'] }]],
  ['another account', 'fail', [{ Principal: { AWS: '999999999999' } }]],
  [
    'the account via another service',
    'fail',
    [{ ...account, ...is('StringEquals', 'kms:ViaService', 'ec2.eu-west-1.amazonaws.com') }],
  ],
  [
    'the account from its network',
    'warning',
    [{ ...account, ...is('StringEquals', 'aws:SourceVpc', 'vpc-1') }],
  ],
  [
    'all but one role',
    'fail',
    [account, { Effect: 'Deny', ...is('ArnNotEquals', 'aws:PrincipalArn', other) }],
  ],
  [
    'all but from elsewhere',
    'warning',
    [account, { Effect: 'Deny', ...is('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8') }],
  ],
] as const)('A key policy that admits %s: %s.', async (_, status, statements) => {
  const keyPolicy = keyPolicyOf(...(statements as readonly Partial<Statement>[]));
  const [check] = checksOf({ keyPolicy });
  expect(check).toMatchObject({ id: 'key-policy:pictures', status });
  const denies = keyPolicy.Statement.some(({ Effect }) => Effect === 'Deny');
  if (status !== 'pass') expect(check?.remedy?.includes('"Allow"')).toBe(!denies);
  const context = {
    'kms:ViaService': 's3.eu-west-1.amazonaws.com',
    'kms:CallerAccount': '111122223333',
    'aws:PrincipalOrgID': 'o-example',
  };
  const isOpen = (place: Readonly<Record<string, string>>) =>
    letsRoleIn({ policy: keyPolicy, action: 'kms:Decrypt', context: { ...context, ...place } });
  expect([await isOpen(inside), await isOpen(outside)]).toEqual(
    { pass: [true, true], warning: [true, false], fail: [false, false] }[status],
  );
});

test.each([
  ['BucketOwnerEnforced', []],
  ['BucketOwnerPreferred', [{ id: 'object-ownership:pictures', status: 'warning' }]],
  ['ObjectWriter', [{ id: 'object-ownership:pictures', status: 'warning' }]],
  [undefined, []],
] as const)('Object ownership %s: %o.', (ownership, checks) => {
  expect(checksOf(ownership === undefined ? {} : { ownership })).toMatchObject(checks);
});

test('No value of Block Public Access refuses a role of the account, with a public policy or without, so none is read.', async () => {
  const open = { Effect: 'Allow' as const };
  for (const restrictsPublic of [true, false])
    for (const policy of [policyOf(open), policyOf({ ...open, Principal: { AWS: roleArn } })])
      expect(await letsRoleIn({ policy, restrictsPublic })).toBe(true);
});

test('NotPrincipal leaves a session out by its own ARN alone, as AWS documents it; the role beside it is not enough.', () => {
  const root = 'arn:aws:iam::111122223333:root';
  const session = 'arn:aws:sts::111122223333:assumed-role/Kolena/kolena';
  const sparing = (...AWS: string[]) =>
    checksOf({ policy: policyOf({ Principal: undefined as never, NotPrincipal: { AWS } }) })[0]?.status;
  expect([sparing(roleArn, root), sparing(roleArn, root, session)]).toEqual(['fail', 'pass']);
});

test('Whoever NotPrincipal spared is spared by its remedy, too: root users, services, and the role once.', () => {
  const root = 'arn:aws:iam::111122223333:root';
  const NotPrincipal = { AWS: [root, '111122223333', other, roleArn], Service: 'logging.s3.amazonaws.com' };
  const [statement] = policyOf({ Principal: undefined as never, NotPrincipal }).Statement;
  expect(statement && exempting(statement, roleArn)).toEqual({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: '*',
    Condition: {
      ArnNotEquals: { 'aws:PrincipalArn': [roleArn, other, root] },
      StringNotEqualsIfExists: { 'aws:PrincipalServiceName': ['logging.s3.amazonaws.com'] },
    },
  });
});

test('A bucket that was not looked at, or has no policy, has no check.', () => {
  expect(judgeGuards(expectations, { buckets: {} })).toEqual([]);
  expect(checksOf({ unread: ['s3:GetBucketPolicy'] })).toEqual([]);
});

test('What was really read outweighs a document, which warns then.', () => {
  const policy = policyOf({});
  expect(checksOf({ policy }, {}, new Set(['pictures']))).toMatchObject([
    { status: 'warning', evidence: expect.stringContaining('number 1') as string },
  ]);
});

test('Several statements are one check with one fix, each named.', () => {
  const policy = policyOf({ Sid: 'One' }, { Sid: 'Two', Action: 's3:GetObject' });
  const [check] = checksOf({ policy });
  expect(check?.evidence).toContain('The statements One, Two of the bucket policy deny the role');
  expect(check?.remedy).toMatch(/"Sid": "One"[^]*"Sid": "Two"/);
});

test('A refusal that the bucket policy explains has its fix, so that one cause stands once.', () => {
  const message =
    'User: x is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::pictures" with an explicit deny in a resource-based policy';
  const list = { outcome: 'refused', refusal: { code: 'AccessDenied', message, status: 403 } } as const;
  const guard = { unread: [], policy: policyOf({ Sid: 'Guard' }) };
  const checks = judge(
    expectations,
    { ...observations, locations: { pictures: { ...observations.locations['pictures'], list } as never } },
    { buckets: { pictures: { name: 'pictures', region: 'eu-west-1', corsRules: [], guard } } },
  );
  const [lists, policy] = ['lists:pictures', 'bucket-policy:pictures'].map((id) =>
    checks.find((one) => one.id === id),
  );
  expect(lists).toMatchObject({ status: 'fail', remedy: policy?.remedy });
});
