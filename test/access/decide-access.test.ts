import { describe, expect, test } from 'vitest';
import { kolenaRuleId, kolenaRule } from '../../src/cors/rule-set.ts';
import type { CorsRule } from '../../src/cors/rule.ts';
import { decideAccess } from '../../src/access/decide-access.ts';
import { needsRaisedQuota } from '../../src/access/decide-policies.ts';
import { nothingObserved, type ObservedRole } from '../../src/access/observed.ts';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { trustPolicy } from '../../src/iam/trust-policy.ts';
import { UserError } from '../../src/base/errors.ts';
import { configOf, principalArn } from '../config/configs.ts';
import { bucketOf, caller, foreignDocument, policyArn, policyOf, roleOf, worldOf } from './world.ts';

const region = 'us-east-1';
const ours = kolenaRule(configOf());
const oursAlone = { rules: { others: [], kolena: ours }, replacesOthers: false, throughS3: false };
const foreign: CorsRule = {
  ID: 'theirs',
  AllowedMethods: ['PUT'],
  AllowedOrigins: ['https://example.com'],
  MaxAgeSeconds: 60,
};

function refusalOf(decide: () => unknown): UserError {
  try {
    decide();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what exists is adopted', () => {
  test("a set-up made by hand from Kolena's page", () => {
    const desired = decideAccess(configOf(), worldOf(), { region });
    expect(desired).toMatchObject({ partition: 'aws', accountId: '444455556666', region });
    expect(desired.role?.exists).toBe(true);
    expect(desired.policies).toMatchObject([
      { number: 1, importArn: policyArn('KolenaS3ReadAccess'), attached: true },
    ]);
    expect(desired.cors).toEqual([
      { bucket: 'share-with-kolena', region: 'eu-west-1', ...oursAlone, exists: true, throughS3: true },
    ]);
    expect(desired.removals).toEqual({ policies: [], formerRoles: [], cors: [] });
  });

  test('a policy that exists and is not attached, beside buckets without CORS', () => {
    const role = roleOf({ attachedPolicies: [] });
    const desired = decideAccess(
      configOf({ buckets: ['new-bucket/a/', 'new-bucket/b/'] }),
      worldOf({ role, policies: [policyOf({ attached: false })], buckets: [bucketOf('new-bucket')] }),
      { region },
    );
    expect(desired.policies).toMatchObject([{ importArn: policyArn('KolenaS3ReadAccess'), attached: false }]);
    expect(desired.cors).toEqual([
      { bucket: 'new-bucket', region: 'eu-west-1', ...oursAlone, exists: false },
    ]);
  });

  test('a role in another case keeps the name that stands in AWS', () => {
    const role = roleOf({
      name: 'kolenas3readaccess',
      arn: 'arn:aws:iam::444455556666:role/kolenas3readaccess',
    });
    expect(decideAccess(configOf(), worldOf({ role }), { region }).role).toMatchObject({
      name: 'kolenas3readaccess',
      exists: true,
    });
  });

  test('a policy at a path of its own stays there, unless the role moves', () => {
    const arn = 'arn:aws:iam::444455556666:policy/team/KolenaS3ReadAccess';
    const observed = worldOf({ policies: [policyOf({ arn })] });
    const pathIn = (more: Record<string, unknown>) =>
      decideAccess(configOf(more), observed, { region }).policies.map(({ path, importArn }) => [
        path,
        importArn,
      ]);
    expect(pathIn({})).toEqual([['/team/', arn]]);
    expect(pathIn({ 'iam-path': '/vendors/' })).toEqual([['/vendors/', arn]]);
  });

  test('nothing, when nothing was observed', () => {
    const desired = decideAccess(configOf(), nothingObserved, { region });
    expect(desired.partition).toBe('aws');
    expect(desired).not.toHaveProperty('accountId');
    expect(desired.role?.exists).toBe(false);
    expect(desired.policies[0]).not.toHaveProperty('importArn');
    expect(desired.cors).toEqual([{ bucket: 'share-with-kolena', ...oursAlone, exists: false }]);
  });
});

describe('our CORS rule', () => {
  const buckets = [
    bucketOf('share-with-kolena', [foreign, ours]),
    bucketOf('dropped', [ours, foreign], 'ap-south-1'),
  ];
  const live = {
    ...policyOf(),
    document: documentOf('share-with-kolena', 'dropped', 'gone', 'never-had-ours'),
  };
  const observed = worldOf({
    policies: [live],
    buckets: [...buckets, bucketOf('never-had-ours', [foreign])],
  });

  test('is merged into the rules of a configured bucket', () => {
    expect(decideAccess(configOf(), observed, { region }).cors).toMatchObject([
      { rules: { others: [foreign], kolena: ours }, exists: true, throughS3: true },
    ]);
  });

  test('goes from buckets that were granted before, and foreign rules stay', () => {
    expect(decideAccess(configOf(), observed, { region }).removals.cors).toEqual([
      { bucket: 'dropped', region: 'ap-south-1', rules: { others: [foreign], kolena: ours } },
      { bucket: 'gone', region, rules: { others: [], kolena: undefined } },
      { bucket: 'never-had-ours', region: 'eu-west-1', rules: { others: [foreign], kolena: undefined } },
    ]);
  });

  test('goes from configured buckets too with cors: off', () => {
    const desired = decideAccess(configOf({ cors: 'off' }), observed, { region });
    expect(desired.cors).toEqual([]);
    expect(desired.removals.cors.slice(0, 2)).toEqual([
      { bucket: 'share-with-kolena', region: 'eu-west-1', rules: { others: [foreign], kolena: ours } },
      { bucket: 'dropped', region: 'ap-south-1', rules: { others: [foreign], kolena: ours } },
    ]);
  });

  test('stands alone with cors: replace, and a warning says who loses what', () => {
    const desired = decideAccess(
      configOf({ cors: 'replace', 'kolena-external-id': 'example-external-id' }),
      observed,
      {
        region,
      },
    );
    expect(desired.cors).toMatchObject([
      { rules: { others: [], kolena: ours }, replacesOthers: true, exists: true, throughS3: false },
    ]);
    expect(desired.warnings).toMatchObject([{ id: 'cors-replaced' }]);
    expect(desired.warnings[0]?.message).toContain('share-with-kolena loses 1 CORS rule');
    expect(desired.removals.cors[0]).toMatchObject({ bucket: 'dropped', rules: { others: [foreign] } });
  });

  test('with other origins takes the place of the one that stands', () => {
    const desired = decideAccess(configOf({ 'cors-origins': ['https://app.kolena.com'] }), observed, {
      region,
    });
    expect(desired.cors[0]?.rules).toMatchObject({
      others: [{ ID: 'theirs', AllowedOrigins: ['https://example.com'] }],
      kolena: { ID: kolenaRuleId, AllowedOrigins: ['https://app.kolena.com'] },
    });
  });

  test('does not fit beside a hundred foreign rules', () => {
    const rules = Array.from({ length: 100 }, (_, at) => ({ ...foreign, ID: `rule-${at}` }));
    const full = worldOf({ buckets: [bucketOf('share-with-kolena', rules)] });
    const { reason, message } = refusalOf(() => decideAccess(configOf(), full, { region }));
    expect([reason, message]).toEqual([
      'invalid-input',
      "Bucket share-with-kolena would have 101 CORS rules with Kolena's; S3 takes at most 100.",
    ]);
    const room = worldOf({ buckets: [bucketOf('share-with-kolena', rules.slice(1))] });
    expect(decideAccess(configOf(), room, { region }).cors[0]?.rules.others).toHaveLength(99);
  });

  test('does not fit into more than 64 KB', () => {
    const rules = Array.from({ length: 50 }, (_, at) => ({
      ...foreign,
      ID: `r${at}`,
      AllowedOrigins: [`https://${'x'.repeat(1300)}`],
    }));
    const full = worldOf({ buckets: [bucketOf('share-with-kolena', rules)] });
    expect(refusalOf(() => decideAccess(configOf(), full, { region })).message).toMatch(
      /bytes of CORS rules with Kolena's; S3 takes at most 65536/,
    );
  });
});

function documentOf(...names: string[]): PolicyDocument {
  const Resource = names.flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]);
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'S3ListBucket', Effect: 'Allow', Action: ['s3:GetObject'], Resource }],
  };
}

describe('managed policies', () => {
  const many = Array.from({ length: 100 }, (_, at) => String(at).padStart(63, 'b'));

  test('managed policies that have nothing to grant any more go', () => {
    const second = policyOf({ name: 'KolenaS3ReadAccess-2', document: documentOf('dropped') });
    const desired = decideAccess(configOf(), worldOf({ policies: [policyOf(), second] }), { region });
    expect(desired.policies.map(({ number }) => number)).toEqual([1]);
    expect(desired.removals.policies).toEqual([
      { number: 2, name: 'KolenaS3ReadAccess-2', arn: policyArn('KolenaS3ReadAccess-2'), attached: true },
    ]);
  });

  test('managed policies that only bear a numbered name are neither taken nor removed', () => {
    const theirs = policyOf({ name: 'KolenaS3ReadAccess-2', document: foreignDocument, attached: false });
    const desired = decideAccess(configOf({ buckets: many }), worldOf({ policies: [policyOf(), theirs] }), {
      region,
    });
    expect(desired.policies.map(({ name }) => name)).toEqual([
      'KolenaS3ReadAccess',
      'KolenaS3ReadAccess-3',
      'KolenaS3ReadAccess-4',
    ]);
    expect(desired.removals.policies).toEqual([]);
    expect(desired.removals.cors.map(({ bucket }) => bucket)).toEqual(['share-with-kolena']);
  });

  test('in another case are adopted under the name that stands in AWS, since IAM has no room for a second', () => {
    const [first, second] = ['kolenas3readaccess', 'KOLENAS3READACCESS-2'];
    const policies = [
      policyOf({ name: first }),
      policyOf({ name: second, document: documentOf('dropped') }),
      policyOf({ name: 'kolenas3readaccess-3', document: foreignDocument }),
    ];
    const role = roleOf({ attachedPolicies: policies.map(({ name, arn }) => ({ name, arn })) });
    const desired = decideAccess(configOf(), worldOf({ role, policies }), { region });
    expect(desired.policies).toMatchObject([
      { number: 1, name: first, path: '/', importArn: policyArn(first), attached: true },
    ]);
    expect(desired.removals.policies).toMatchObject([{ number: 2, name: second }]);
    const more = decideAccess(configOf({ buckets: many }), worldOf({ role, policies }), { region });
    expect(more.policies.map(({ name }) => name)).toEqual([first, second, 'KolenaS3ReadAccess-4']);
  });

  test.each(['KolenaS3ReadAccess-02', 'KolenaS3ReadAccess-x', 'KolenaS3ReadAccess2', 'Other'])(
    'named %s are none of ours',
    (name) => {
      const desired = decideAccess(
        configOf(),
        worldOf({ policies: [policyOf(), policyOf({ name, attached: false })] }),
        {
          region,
        },
      );
      expect(desired.removals.policies).toEqual([]);
    },
  );

  test('stay within the quota of ten, else the error names the numbers and the remedy', () => {
    const buckets = Array.from({ length: 400 }, (_, at) => String(at).padStart(63, 'b'));
    const observed = worldOf({ role: roleOf({ attachedPolicies: [] }), policies: [] });
    const { reason, message, remedy } = refusalOf(() =>
      decideAccess(configOf({ buckets }), observed, { region }),
    );
    expect(reason).toBe('invalid-input');
    expect(message).toContain('400 buckets and prefixes need 11 managed policies');
    expect(message).toContain('has room for 10');
    expect(remedy).toContain('two config files');
    const raised = { ...observed, policiesPerRoleQuota: 11 };
    expect(decideAccess(configOf({ buckets }), raised, { region }).policies).toHaveLength(11);
  });

  test('ask for the quota of the account only when they are more than ten', () => {
    const longNames = (count: number) =>
      configOf({ buckets: Array.from({ length: count }, (_, at) => String(at).padStart(63, 'b')) });
    expect([needsRaisedQuota(longNames(370), 'aws'), needsRaisedQuota(longNames(400), 'aws')]).toEqual([
      false,
      true,
    ]);
  });

  test('managed policies that no account can hold are refused before AWS is asked', () => {
    const buckets = Array.from({ length: 800 }, (_, at) => String(at).padStart(63, 'b'));
    const { message } = refusalOf(() => decideAccess(configOf({ buckets }), nothingObserved, { region }));
    expect(message).toContain('has room for 20');
  });

  test('share the quota with the policies of others', () => {
    const attachedPolicies = Array.from({ length: 8 }, (_, at) => ({
      name: `Theirs${at}`,
      arn: policyArn(`Theirs${at}`),
    }));
    const observed = worldOf({ role: roleOf({ attachedPolicies }), policies: [] });
    const { message } = refusalOf(() => decideAccess(configOf({ buckets: many }), observed, { region }));
    expect(message).toMatch(
      /need 3 managed policies .* has room for 2: .* quota is 10 per role, and 8 of them are attached already \("Theirs0"/,
    );
  });

  test('are packed anew when keeping their places needs more of them than the role holds', () => {
    const policies = Array.from({ length: 10 }, (_, at) =>
      policyOf({
        name: at === 0 ? 'KolenaS3ReadAccess' : `KolenaS3ReadAccess-${at + 1}`,
        document: documentOf(many[at] ?? ''),
      }),
    );
    const theirs = { name: 'Theirs', arn: policyArn('Theirs') };
    const role = roleOf({ attachedPolicies: [theirs, ...policies.slice(1)] });
    const desired = decideAccess(configOf({ buckets: many.slice(0, 10) }), worldOf({ role, policies }), {
      region,
    });
    expect(desired.policies.map(({ number }) => number)).toEqual([1]);
    expect(desired.removals.policies).toHaveLength(9);
  });

  test('with five versions are not changed when that would delete a version of somebody else', () => {
    const oldestVersion = { id: 'v3', document: foreignDocument };
    const full = policyOf({ oldestVersion });
    const changed = configOf({ buckets: ['share-with-kolena', 'another'] });
    const { reason, message, remedy } = refusalOf(() =>
      decideAccess(changed, worldOf({ policies: [full] }), { region }),
    );
    expect(reason).toBe('destroy-refused');
    expect(message).toContain('would delete v3');
    expect(remedy).toContain(
      `aws iam delete-policy-version --policy-arn ${policyArn('KolenaS3ReadAccess')} --version-id v3`,
    );

    const allowed = (config: typeof changed, policy: typeof full, allowDestroy = false) =>
      decideAccess(config, worldOf({ policies: [policy] }), { region, allowDestroy }).policies.length;
    expect(allowed(changed, full, true)).toBe(1);
    expect(allowed(configOf(), full)).toBe(1);
    expect(allowed(changed, { ...full, oldestVersion: { id: 'v3', document: documentOf('old') } })).toBe(1);
  });
});

describe('the trust of a role that exists', () => {
  const trusting = (...statements: PolicyDocument['Statement']): ObservedRole =>
    roleOf({
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [...trustPolicy({ principalArn }).Statement, ...statements],
      },
    });
  const other = { Effect: 'Allow', Action: 'sts:AssumeRole' } as const;

  test.each<[string, PolicyDocument['Statement'][number], string]>([
    [
      'another role',
      { ...other, Principal: { AWS: ['arn:aws:iam::999999999999:role/x', principalArn] } },
      'arn:aws:iam::999999999999:role/x',
    ],
    ['a service', { ...other, Principal: { Service: 'ec2.amazonaws.com' } }, 'Service:ec2.amazonaws.com'],
    [
      'an identity provider',
      { ...other, Principal: { Federated: 'accounts.google.com' } },
      'Federated:accounts.google.com',
    ],
    ['everybody', { ...other, Principal: '*' }, 'AWS:*'],
    [
      "others beside Kolena under Kolena's Sid",
      { ...other, Sid: 'KolenaAssumeRole', Principal: { AWS: [principalArn, '999999999999'] } },
      'arn:aws:iam::999999999999:root',
    ],
    [
      'others under a Sid that only begins like that of the temporary statement',
      { ...other, Sid: 'KolenaVerifyTemporary2', Principal: { AWS: 'arn:aws:iam::999999999999:role/x' } },
      'arn:aws:iam::999999999999:role/x',
    ],
    ["everybody under Kolena's Sid", { ...other, Sid: 'KolenaAssumeRole', Principal: { AWS: '*' } }, 'AWS:*'],
  ])('that lets in %s is not replaced unless told so', (_, statement, shown) => {
    const observed = worldOf({ role: trusting(statement) });
    const { reason, message, remedy } = refusalOf(() => decideAccess(configOf(), observed, { region }));
    expect(reason).toBe('destroy-refused');
    expect(message).toContain(`trusts ${shown}, not only ${principalArn}`);
    expect(remedy).toContain('allow-destroy');
    expect(decideAccess(configOf(), observed, { region, allowDestroy: true }).role?.trustPolicy).toEqual(
      trustPolicy({ principalArn }),
    );
  });

  test('that verification added is no obstacle', () => {
    const verifier = { AWS: 'arn:aws:iam::444455556666:role/ci' };
    const role = trusting(
      temporaryStatement({ principalArn: verifier.AWS, expires: new Date('2026-11-25T10:05:00Z') }),
      { ...other, Sid: 'KolenaVerifier', Principal: verifier },
      { ...other, Effect: 'Deny', Principal: '*' },
    );
    const now = new Date('2026-11-25T10:00:00Z');
    expect(decideAccess(configOf(), worldOf({ role }), { region, now }).role?.trustPolicy).toEqual(
      trustPolicy({ principalArn }),
    );
  });

  test('beside a check that runs nothing changes, and with it goes what it left when its time is over', () => {
    const temporary = (time: string) =>
      temporaryStatement({ principalArn: 'arn:aws:iam::444455556666:role/ci', expires: new Date(time) });
    const running = temporary('2026-11-25T10:05:00Z');
    const ours = trustPolicy({ principalArn });
    const beside = (...statements: Statement[]) =>
      decideAccess(
        configOf(),
        worldOf({
          role: roleOf({ trustPolicy: { ...ours, Statement: [...ours.Statement, ...statements] } }),
        }),
        { region, now: new Date('2026-11-25T10:00:00Z') },
      ).role?.trustPolicy.Statement;
    expect(beside(running)).toEqual([...ours.Statement, running]);
    expect(beside(temporary('2026-11-25T09:59:00Z'), running)).toEqual([...ours.Statement, running]);
    expect(beside(temporary('2026-11-25T09:59:00Z'))).toEqual(ours.Statement);
  });

  test('that shows the ID of a deleted principal is written anew, with a warning', () => {
    const role = roleOf({ trustPolicy: trustPolicy({ principalArn: 'AROADBQP57FF2AEXAMPLE' }) });
    const { warnings } = decideAccess(
      configOf({ 'kolena-external-id': 'example-external-id' }),
      worldOf({ role }),
      {
        region,
      },
    );
    expect(warnings).toMatchObject([{ id: 'broken-trust' }]);
    expect(warnings[0]?.message).toContain('AROADBQP57FF2AEXAMPLE');
  });
});

describe('warnings', () => {
  const quiet = configOf({ 'kolena-external-id': 'example-external-id' });

  test('none for a set-up as it should be', () => {
    expect(decideAccess(quiet, worldOf(), { region }).warnings).toEqual([]);
  });

  test('name a principal of the very account', () => {
    const kolenaPrincipalArn = 'arn:aws:iam::444455556666:role/kolena';
    const { warnings } = decideAccess(
      { ...quiet, kolenaPrincipalArn },
      { ...nothingObserved, caller },
      { region },
    );
    expect(warnings).toMatchObject([{ id: 'principal-in-own-account' }]);
    expect(warnings[0]?.message).toContain(`${kolenaPrincipalArn} is in account 444455556666`);
    expect(decideAccess({ ...quiet, kolenaPrincipalArn }, nothingObserved, { region }).warnings).toEqual([]);
  });

  test('name a bucket whose default key is not granted, with the line to add', () => {
    const key = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const observed = worldOf({ buckets: [{ ...bucketOf('share-with-kolena'), defaultKmsKeyArn: key }] });
    const { warnings } = decideAccess(quiet, observed, { region });
    expect(warnings).toMatchObject([
      { id: 'kms-key-not-granted', remedy: `Add to the config:\nkms-key-arns:\n  - ${key}` },
    ]);
    expect(warnings[0]?.message).toContain('Bucket share-with-kolena');
    expect(decideAccess({ ...quiet, kmsKeyArns: [key] }, observed, { region }).warnings).toEqual([]);
  });

  test('say of a default key that is named by an alias that it is not known', () => {
    const alias = 'arn:aws:kms:eu-west-1:444455556666:alias/data';
    const bucket = { ...bucketOf('share-with-kolena'), defaultKmsKeyArn: alias };
    const { warnings } = decideAccess(configOf(), worldOf({ buckets: [bucket] }), { region });
    const told = warnings.find(({ id }) => id.startsWith('kms-key'));
    expect(told).toMatchObject({ id: 'kms-key-unknown' });
    expect(told?.message).not.toContain('fail to read');
    expect(told?.remedy).not.toContain(`- ${alias}`);
  });

  test('list the other policies of the role, attached and inline', () => {
    const theirs = { name: 'Theirs', arn: policyArn('Theirs') };
    const role = roleOf({
      attachedPolicies: [...roleOf().attachedPolicies, theirs],
      inlinePolicyNames: ['inline-one'],
    });
    const { warnings, removals } = decideAccess(quiet, worldOf({ role }), { region });
    expect(warnings).toMatchObject([{ id: 'other-policies' }]);
    expect(warnings[0]?.message).toContain(`${policyArn('Theirs')}, inline-one (inline)`);
    expect(removals.policies).toEqual([]);
  });

  test("tell of a permissions boundary that the config doesn't name", () => {
    const boundary = 'arn:aws:iam::444455556666:policy/boundary';
    const observed = worldOf({ role: roleOf({ permissionsBoundaryArn: boundary }) });
    const warningsWith = (more: Record<string, unknown>) =>
      decideAccess(configOf(more), observed, { region }).warnings.filter(
        ({ id }) => id === 'foreign-boundary',
      );
    expect(warningsWith({}).map(({ remedy }) => remedy)).toEqual([
      `Add \`permissions-boundary-arn: ${boundary}\` to hold the role to it, or have it taken off: aws iam delete-role-permissions-boundary --role-name KolenaS3ReadAccess`,
    ]);
    expect(warningsWith({ 'permissions-boundary-arn': boundary })).toEqual([]);
  });

  test('tell that a policy is used by others too', () => {
    const observed = worldOf({ policies: [policyOf({ usedElsewhere: 1 })] });
    expect(decideAccess(quiet, observed, { region }).warnings).toMatchObject([{ id: 'shared-policy' }]);
  });

  test('tell that a role at another path would be replaced', () => {
    const { warnings } = decideAccess(quiet, worldOf({ role: roleOf({ path: '/vendors/' }) }), { region });
    expect(warnings).toMatchObject([
      { id: 'role-path', remedy: 'Add `iam-path: /vendors/` to keep the role.' },
    ]);
  });
});

test('a principal of another partition than the region or the credentials is refused', () => {
  const china = configOf({ 'kolena-principal-arn': 'arn:aws-cn:iam::111122223333:root' });
  expect(refusalOf(() => decideAccess(china, nothingObserved, { region })).message).toContain(
    'region us-east-1 is in aws',
  );
  expect(refusalOf(() => decideAccess(china, worldOf(), { region: 'cn-north-1' })).message).toContain(
    'account 444455556666 in aws',
  );
  expect(decideAccess(china, nothingObserved, { region: 'cn-north-1' }).partition).toBe('aws-cn');
});

test('a trust policy beyond 2,048 characters is refused without showing the external ID', () => {
  const id = 'e'.repeat(1224);
  const config = configOf({ 'kolena-external-id': id });
  expect(decideAccess(config, nothingObserved, { region }).role).toBeDefined();
  const { message } = refusalOf(() =>
    decideAccess(config, nothingObserved, { region, verifierArn: principalArn }),
  );
  expect(message).toMatch(/of which 1224 are the external ID, which it holds twice/);
  expect(message).not.toContain(id);
});

test.each([
  ['true', ['short-external-id']],
  ['0427', ['short-external-id']],
  ['example-external-id', []],
])('an external ID that cannot be masked without harm is told so: %s', (kolenaExternalId, expected) => {
  const { warnings } = decideAccess(configOf({ 'kolena-external-id': kolenaExternalId }), nothingObserved, {
    region,
  });
  expect(warnings.map(({ id }) => id)).toEqual(expected);
});
