import { expect, test } from 'vitest';
import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import { exempting } from '../../src/iam/denials.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import type { Check } from '../../src/verify/check.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import { judge } from '../../src/verify/judge.ts';
import { judgeGuards, type Known } from '../../src/verify/judge-guards.ts';
import type { LocationObservation } from '../../src/verify/observations.ts';
import { keyPolicyOf, letsRoleIn, policyOf, roleArn } from './guarded.ts';
import { expectations, keyArn, observations } from './good.ts';

const { role } = observations;
if (role === undefined) throw new Error('the good observations have a role');

function knownWith(guard: Partial<BucketGuard>): Known {
  const bucket = { name: 'pictures', region: 'eu-west-1', corsRules: [], defaultKmsKeyArn: keyArn };
  return { buckets: { pictures: { ...bucket, guard: { unread: [], ...guard } } }, ...(role && { role }) };
}

function checksOf(
  guard: Partial<BucketGuard>,
  part: Partial<Expectations> = {},
  read?: ReadonlySet<string>,
): Check[] {
  return judgeGuards({ ...expectations, now: '2026-11-26T00:00:00Z', ...part }, knownWith(guard), read);
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
const at = (bucket: string, prefix: string) => ({ bucket, prefix, name: `${bucket}/${prefix}` });

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
    expect(check?.remedy?.includes('"Principal": "*"')).toBe(statement.NotPrincipal !== undefined);
    expect(checksOf({ policy: exempted(policy) })).toMatchObject([{ status: 'pass' }]);
    expect(await letsRoleIn({ policy })).toBe(false);
    expect(await letsRoleIn({ policy: exempted(policy) })).toBe(true);
  },
);

// Which calls bear them: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
test.each([
  'aws:SourceArn',
  'aws:SourceAccount',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:CalledVia',
  'aws:CalledViaFirst',
  'aws:CalledViaLast',
  'aws:username',
  'aws:FederatedProvider',
  'aws:MultiFactorAuthAge',
  's3:AccessPointNetworkOrigin',
  's3:DataAccessPointArn',
  's3:x-amz-acl',
])(
  'A bucket policy that denies whoever comes without %s fails: a session of the role never has it.',
  (key) => {
    expect(checksOf({ policy: policyOf(is('Null', key, 'true')) })).toMatchObject([{ status: 'fail' }]);
  },
);

test.each<[string, string, Partial<Statement>, Record<string, string>, Record<string, string>]>([
  [
    'with a tag of the config',
    'fail',
    is('StringEquals', 'aws:PrincipalTag/team', 'vision'),
    { team: 'vision' },
    {},
  ],
  [
    'with a tag that it has',
    'fail',
    is('StringEquals', 'aws:PrincipalTag/team', 'vision'),
    {},
    { team: 'vision' },
  ],
  [
    'with a tag that the config changes',
    'pass',
    is('StringEquals', 'aws:PrincipalTag/team', 'old'),
    { team: 'vision' },
    { team: 'old' },
  ],
  [
    'without a tag of the config',
    'pass',
    is('StringNotEquals', 'aws:PrincipalTag/team', 'vision'),
    { team: 'vision' },
    {},
  ],
  [
    'without a tag that it has',
    'pass',
    is('StringNotEquals', 'aws:PrincipalTag/team', 'vision'),
    {},
    { team: 'vision' },
  ],
])('A bucket policy that denies the role %s: %s.', (_, status, statement, tags, live) => {
  const known = { ...knownWith({ policy: policyOf(statement) }), role: { ...role, tags: live } };
  expect(judgeGuards({ ...expectations, tags }, known)).toMatchObject([{ status }]);
});

test.each([
  ['all roles', 'AROA*', 'pass'],
  ['all users', 'AIDA*', 'fail'],
])(
  'A bucket policy that exempts %s by their ID is one for a role that is yet to be created, too.',
  (_, id, status) => {
    const { buckets } = knownWith({ policy: policyOf(is('StringNotLike', 'aws:userId', id)) });
    expect(judgeGuards(expectations, { buckets })).toMatchObject([{ status }]);
  },
);

test.each([
  '111122223333',
  'arn:aws-us-gov:iam::111122223333:root',
  'arn:aws-us-gov:iam::111122223333:role/Kolena',
])('In another partition a bucket policy that denies %s fails, too.', (AWS) => {
  const guard = { policy: policyOf({ Principal: { AWS } }) };
  expect(checksOf(guard, { partition: 'aws-us-gov' })).toMatchObject([{ status: 'fail' }]);
});

test.each<[string, string, Partial<Statement>]>([
  ['its own prefix', 'fail', is('StringLike', 's3:prefix', 'a/*')],
  ['the prefix of another bucket', 'pass', is('StringLike', 's3:prefix', 'b/*')],
])('A bucket policy that denies %s: %s.', (_, status, statement) => {
  const guard = { policy: policyOf(statement) };
  expect(checksOf(guard, { locations: [at('pictures', 'a/'), at('other', 'b/')] })).toMatchObject([
    { status },
  ]);
});

test.each([
  ['one of two prefixes was read', 'fail', ['pictures/a/']],
  ['both were read, and another bucket was not', 'warning', ['pictures/a/', 'pictures/b/']],
])('A bucket policy that denies the role where %s: %s.', (_, status, read) => {
  const locations = [at('pictures', 'a/'), at('pictures', 'b/'), at('other', 'c/')];
  expect(checksOf({ policy: policyOf({}) }, { locations }, new Set(read))).toMatchObject([{ status }]);
});

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
  expect(check?.evidence.includes('IP address or VPC')).toBe(status === 'warning');
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
  ['BucketOwnerEnforced', undefined],
  ['BucketOwnerPreferred', 'uploads without the ACL `bucket-owner-full-control` belongs to that account'],
  ['ObjectWriter', 'uploads belongs to that account'],
  [undefined, undefined],
] as const)('Object ownership %s: %s.', (ownership, text) => {
  const [check] = checksOf(ownership === undefined ? {} : { ownership });
  expect(check?.id).toBe(text && 'object-ownership:pictures');
  expect(check?.status).toBe(text && 'warning');
  expect(check?.evidence.includes(text ?? '')).toBe(text && true);
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

const saying = (action: string, reason: string) => {
  const message = `User: x is not authorized to perform: ${action} on resource: "arn:aws:s3:::pictures" ${reason}`;
  return { outcome: 'refused', refusal: { code: 'AccessDenied', message, status: 403 } } as const;
};
const seen = observations.locations['pictures'] as LocationObservation;
const denyingAll = {
  policy: policyOf({ Sid: 'Guard' }),
  keyPolicy: keyPolicyOf({ Principal: { AWS: other } }),
};
const byVpc = { policy: policyOf({ Sid: 'Place', ...is('StringNotEquals', 'aws:SourceVpc', 'vpc-1') }) };
const byBucket = 'with an explicit deny in a resource-based policy';

test.each<[string, Partial<LocationObservation>, string, string | undefined]>([
  ['the bucket policy denies', { list: saying('s3:ListBucket', byBucket) }, 'lists', 'bucket-policy'],
  [
    'the key policy does not let in',
    { read: saying('kms:Decrypt', 'because no resource-based policy allows the kms:Decrypt action') },
    'decrypts',
    'key-policy',
  ],
  [
    'a policy of the role denies',
    { list: saying('s3:ListBucket', 'with an explicit deny in an identity-based policy') },
    'lists',
    undefined,
  ],
])('A refusal of what %s has the fix of its cause, and no other.', (_, part, kind, guard) => {
  const checks = judge(
    { ...expectations, locations: [at('pictures', 'a/')] },
    { ...observations, locations: { 'pictures/a/': { ...seen, ...part } } },
    knownWith(denyingAll),
  );
  const remedies = new Map(checks.map(({ id, status, remedy }) => [id, status === 'fail' && remedy]));
  const guards = ['bucket-policy', 'key-policy'].filter(
    (one) => remedies.get(`${one}:pictures`) === remedies.get(`${kind}:pictures/a/`),
  );
  expect(guards).toEqual(guard === undefined ? [] : [guard]);
});

test('A refusal of this run does not open the network of the bucket policy to Kolena.', () => {
  const locations = { pictures: { ...seen, list: saying('s3:ListBucket', byBucket) } };
  const checks = judge(expectations, { ...observations, locations }, knownWith(byVpc));
  const [lists, policy] = ['lists:pictures', 'bucket-policy:pictures'].map((id) =>
    checks.find((one) => one.id === id),
  );
  expect([lists?.status, policy?.status]).toEqual(['fail', 'warning']);
  expect(lists?.remedy).not.toBe(policy?.remedy);
});

test('What was read needs no fix, whatever the object is called.', () => {
  const read = { outcome: 'ok', value: { key: 'a/key policy' } } as const;
  const list = saying('s3:ListBucket', byBucket);
  const checks = judge(
    { ...expectations, locations: [at('pictures', 'a/'), at('pictures', 'b/')] },
    { ...observations, locations: { 'pictures/a/': { ...seen, read }, 'pictures/b/': { ...seen, list } } },
    knownWith(denyingAll),
  );
  expect(checks.find(({ id }) => id === 'reads:pictures/a/')).toMatchObject({ status: 'pass' });
  expect(checks.find(({ id }) => id === 'reads:pictures/a/')?.remedy).toBeUndefined();
});
