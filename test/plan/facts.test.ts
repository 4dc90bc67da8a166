import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DesiredAccess } from '../../src/access/desired-access.ts';
import { kolenaRule } from '../../src/cors/rule-set.ts';
import type { CorsRule } from '../../src/cors/rule.ts';
import { readChanges, type ResourceChange } from '../../src/plan/changes.ts';
import { factsOf } from '../../src/plan/facts.ts';
import { resourceKinds } from '../../src/plan/resources.ts';
import { recordedReport, recordedRuns } from '../report/recorded.ts';

const nothing: Pick<DesiredAccess, 'role' | 'cors' | 'removals'> = {
  cors: [],
  removals: { policies: [], cors: [], role: { name: 'R', path: '/' } },
};
const statement = (part: object) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...part });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const kolena = 'arn:aws:iam::111122223333:root';
const trusting = (id?: string | string[], AWS = kolena) =>
  statement({
    Principal: { AWS },
    ...(id !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': id } } }),
  });

const updating = (before: object, after: object): ResourceChange => ({
  address: 'aws_iam_role.kolena',
  type: resourceKinds.role.type,
  action: 'update',
  imported: false,
  before: { name: 'R', ...before },
  after: { name: 'R', ...after },
});

const factsIn = (changes: readonly ResourceChange[], more: Partial<Parameters<typeof factsOf>[0]> = {}) =>
  factsOf({ plan: { changes }, desired: nothing, observed: { buckets: {} }, ...more });
const lines = (changes: readonly ResourceChange[], more?: Partial<Parameters<typeof factsOf>[0]>) =>
  factsIn(changes, more).map(({ change, text }) => `${change === 'comes' ? '+' : '-'} ${text}`);
const keys = (changes: readonly ResourceChange[]) => factsIn(changes).map(({ key }) => key);

const trustChange = (before: string, after: string) =>
  updating({ assume_role_policy: before }, { assume_role_policy: after });

/** Our policy and its attachment. */
const granting = (
  before: object[] | undefined,
  after: object[] | undefined,
  number = 1,
): ResourceChange[] => {
  const id = number === 1 ? 'kolena' : `kolena_${number}`;
  const action = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
  const values = (statements: object[] | undefined) =>
    statements && { name: `P${number}`, policy: policy(...statements) };
  const [was, is] = [values(before), values(after)];
  const at = { imported: false, ...(was && { before: was }), ...(is && { after: is }) };
  return [
    { address: `aws_iam_policy.${id}`, type: resourceKinds.policy.type, action, ...at },
    {
      address: `aws_iam_role_policy_attachment.${id}`,
      type: resourceKinds.attachment.type,
      action: action === 'update' ? 'no-op' : action,
      imported: false,
    },
  ];
};
const reading = (...Resource: string[]) => ({
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: Resource.flatMap((bucket) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]),
});
const listing = (bucket: string, ...prefixes: string[]) => [
  {
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: prefixes.map((prefix) => `arn:aws:s3:::${bucket}/${prefix}*`),
  },
  {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::${bucket}`,
    Condition: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  },
];

describe('who may assume the role', () => {
  it('is a principal with all of its conditions', () => {
    expect(lines([trustChange(policy(trusting('old')), policy(trusting('new')))])).toEqual([
      `- ${kolena} may sts:AssumeRole on role R, if StringEquals sts:ExternalId = old`,
      `+ ${kolena} may sts:AssumeRole on role R, if StringEquals sts:ExternalId = new`,
    ]);
  });

  it('is wider as another fact when the external ID only goes', () => {
    const dropped = keys([trustChange(policy(trusting('old')), policy(trusting()))]);
    const replaced = keys([trustChange(policy(trusting('old')), policy(trusting('new')))]);
    expect(dropped.filter((key) => !replaced.includes(key))).toHaveLength(1);
    expect(lines([trustChange(policy(trusting('old')), policy(trusting()))])[1]).toContain(
      'without a condition',
    );
  });

  it('is each external ID by itself, since one of them is enough', () => {
    expect(lines([trustChange(policy(trusting(['a'])), policy(trusting(['a', 'b'])))])).toEqual([
      `+ ${kolena} may sts:AssumeRole on role R, if StringEquals sts:ExternalId = b`,
    ]);
  });

  it('holds what this version does not know', () => {
    const odd = statement({ NotPrincipal: { AWS: kolena } });
    const other = statement({ NotPrincipal: { AWS: 'arn:aws:iam::444455556666:root' } });
    expect(keys([trustChange(policy(odd), policy(other))])).toHaveLength(2);
  });

  it("tells only that a check's own statement goes", () => {
    const temporary = {
      ...trusting('id', 'arn:aws:iam::111122223333:role/deploy'),
      Sid: 'KolenaVerifyTemporary',
    };
    const [gone] = factsIn([trustChange(policy(trusting('id'), temporary), policy(trusting('id')))]);
    expect(gone).toMatchObject({ kind: 'trust', change: 'goes', needsApproval: false });
    const [back] = factsIn([trustChange(policy(trusting('id')), policy(trusting('id'), temporary))]);
    expect(back).toMatchObject({ change: 'comes', needsApproval: true });
  });

  it('reads a condition value that IAM keeps as a boolean', () => {
    const mfa = (value: unknown) => ({
      ...trusting('x'),
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': value } },
    });
    expect(lines([trustChange(policy(mfa(true)), policy(mfa('true')))])).toEqual([
      '+ trust policy of IAM role R, written anew with the same meaning',
    ]);
  });
});

describe('what the role may do', () => {
  it('is a bucket with its actions', () => {
    expect(lines(granting([reading('a')], [reading('a', 'b')]))).toEqual([
      '+ role R may s3:GetObject, s3:ListBucket on b',
    ]);
  });

  it('is a prefix with its condition, whatever other prefixes its statement lists', () => {
    const alone = keys(granting([], listing('a', 'two/')));
    const beside = keys(granting(listing('a', 'one/'), listing('a', 'one/', 'two/')));
    expect(beside).toHaveLength(1);
    expect(alone).toEqual(expect.arrayContaining(beside));
    expect(lines(granting(listing('a', 'one/'), listing('a', 'one/', 'two/')))).toEqual([
      '+ role R may s3:GetObject, s3:ListBucket on a/two/, if StringLike s3:prefix = two/*',
    ]);
  });

  it('is another fact with another action', () => {
    const wider = { ...reading('a'), Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'] };
    expect(lines(granting([reading('a')], [wider]))).toEqual([
      '- role R may s3:GetObject, s3:ListBucket on a',
      '+ role R may s3:GetObject, s3:GetObjectVersion, s3:ListBucket on a',
    ]);
  });

  it('is not changed by a move to another policy, which is told as such', () => {
    const moved = [...granting([reading('a', 'b')], [reading('a')]), ...granting([], [reading('b')], 2)];
    expect(lines(moved)).toEqual([
      '+ policy document of IAM policy P1, written anew with the same meaning',
      '+ policy document of IAM policy P2, written anew with the same meaning',
    ]);
  });

  it.each([
    ['gone', false],
    ['other account', false],
    ['refused', true],
  ] as const)('of a bucket that is %s goes with approval: %s', (why, needsApproval) => {
    const observed = { buckets: {}, unread: [{ name: 'lost', why }] };
    const gone = factsIn(granting([reading('a', 'lost')], [reading('a')]), { observed });
    expect(gone).toMatchObject([{ change: 'goes', subject: 'lost', needsApproval }]);
    const policyToo = factsIn(granting(listing('lost', 'one/', 'two/'), undefined), { observed });
    expect(policyToo.map((fact) => fact.needsApproval)).toEqual(policyToo.map(() => needsApproval));
    expect(policyToo.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['policy', 'attachment']));
    const others = factsIn(granting([reading('a', 'lost')], undefined), { observed });
    expect(others.filter((fact) => fact.needsApproval).map(({ subject }) => subject)).toEqual(
      needsApproval ? ['a', 'lost', 'P1', 'P1'] : ['a', 'P1', 'P1'],
    );
    // What is granted anew is asked for, wherever the bucket is.
    expect(factsIn(granting([], [reading('lost')]), { observed })).toMatchObject([{ needsApproval: true }]);
  });

  it('of a denial that goes, is as much as is allowed then', () => {
    const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/private/*' };
    const narrow = keys(granting([reading('a'), deny], listing('a', 'public/')));
    const wide = keys(granting([reading('a'), deny], [reading('a')]));
    expect(wide).toHaveLength(1);
    expect(narrow).not.toEqual(expect.arrayContaining(wide));
  });

  it('of a denial that goes, does not hang on the order of what is allowed', () => {
    const deny = statement({ Effect: 'Deny', Principal: { AWS: kolena } });
    const other = trusting('x', 'arn:aws:iam::444455556666:root');
    const after = (...statements: object[]) =>
      keys([trustChange(policy(deny), policy(...statements))]).sort();
    expect(after(trusting('x'), other)).toEqual(after(other, trusting('x')));
  });
});

const other: CorsRule = { ID: 'theirs', AllowedMethods: ['PUT'], AllowedOrigins: ['https://a.example'] };
const ours = kolenaRule({ corsOrigins: ['https://app.kolena.io'] });
const corsChange = (bucket: string): ResourceChange => ({
  address: `aws_s3_bucket_cors_configuration.bucket_${bucket}`,
  type: resourceKinds.cors.type,
  action: 'update',
  imported: false,
  before: { bucket },
  after: { bucket },
});
const corsOf = (before: CorsRule[], others: CorsRule[]) =>
  lines([corsChange('a')], {
    observed: { buckets: { a: { name: 'a', region: 'us-east-1', corsRules: before } } },
    desired: {
      ...nothing,
      cors: [
        {
          bucket: 'a',
          rules: { others, kolena: ours },
          replacesOthers: false,
          exists: true,
          throughS3: true,
        },
      ],
    },
  });

describe("a bucket's CORS rules", () => {
  it('are told rule by rule, with whose they are', () => {
    expect(corsOf([other], [])).toEqual([
      '- another CORS rule theirs: PUT from https://a.example on bucket a',
      "+ Kolena's CORS rule KolenaS3Access: GET from https://app.kolena.io, headers * on bucket a",
    ]);
  });

  it('of others that stay are not told', () => {
    expect(corsOf([other], [other])).toEqual([expect.stringContaining('+ Kolena')]);
  });

  it('in another order are told', () => {
    expect(corsOf([ours, other], [other])).toEqual([expect.stringContaining('+ another order')]);
  });
});

describe('any other attribute', () => {
  it('only goes, or is replaced: two facts', () => {
    const gone = keys([updating({ permissions_boundary: 'arn:b' }, { permissions_boundary: null })]);
    const replaced = keys([updating({ permissions_boundary: 'arn:b' }, { permissions_boundary: 'arn:c' })]);
    expect(gone).toHaveLength(1);
    expect(replaced).toHaveLength(2);
    expect(replaced).not.toEqual(expect.arrayContaining(gone));
  });

  it('is told tag by tag, those of the provider’s own settings included', () => {
    const change = updating(
      { tags: { a: '1' }, tags_all: { a: '1' } },
      { tags: { a: '1' }, tags_all: { a: '1', b: '2' } },
    );
    expect(lines([change])).toEqual(['+ tag b=2 of IAM role R']);
  });

  it('is told when its value is not known yet, and when nobody knows the attribute', () => {
    const change = updating({ max_session_duration: 3600 }, { brand_new: { x: 1 } });
    expect(lines([change])).toEqual([
      '- session length in seconds 3600 of IAM role R',
      '+ session length in seconds known only after apply of IAM role R',
      '+ brand_new {"x":1} of IAM role R',
    ]);
  });
});

it.each(['create', 'adopt', 'adopt-change', 'replace', 'forget', 'destroy'])(
  'nothing that a plan changes is without a fact: %s',
  (name) => {
    const path = new URL(`fixtures/${name}.json`, import.meta.url);
    const changes = readChanges(JSON.parse(readFileSync(path, 'utf8')));
    for (const change of changes) {
      const isChanging = change.action !== 'no-op' || change.imported;
      // The documents of policies count while they are attached.
      const beside = changes.filter((one) => one.type === resourceKinds.attachment.type);
      const alone = [
        change,
        ...beside.map((one): ResourceChange => ({ ...one, action: 'no-op', imported: false })),
      ];
      expect([change.address, factsIn(alone).length > 0]).toEqual([change.address, isChanging]);
    }
  },
);

it.each([
  ['assume_role_policy', policy(trusting('other'))],
  ['assume_role_policy', 'not JSON'],
  ['max_session_duration', 7200],
  ['path', '/other/'],
  ['permissions_boundary', 'arn:aws:iam::111122223333:policy/b'],
  ['description', 'other'],
  ['tags', { other: 'tag' }],
  ['force_detach_policies', true],
  ['unheard_of', [1]],
  ['arn', 'arn:other'],
] as const)('a change of %s alone has a fact', (attribute, value) => {
  const before = { assume_role_policy: policy(trusting('id')), max_session_duration: 3600, path: '/' };
  expect(factsIn([updating(before, { ...before, [attribute]: value })])).not.toEqual([]);
});

it.each(recordedRuns)('the recorded run "%s" has each fact once, and none when nothing changes', (name) => {
  const { plan, desired, observed } = recordedReport(name);
  if (plan === undefined || desired === undefined || observed === undefined) throw new Error('not whole');
  const facts = factsOf({ plan, desired, observed });
  expect(new Set(facts.map(({ key }) => key)).size).toBe(facts.length);
  expect(facts.some(({ needsApproval }) => needsApproval)).toBe(plan.hasChanges);
});

describe('a role of a former name', () => {
  const trust = policy(trusting('id'));
  const made = { imported: false, type: resourceKinds.role.type };
  const goes: ResourceChange[] = [
    {
      ...made,
      address: 'aws_iam_role.kolena_former_1',
      action: 'delete',
      before: { name: 'OldRole', assume_role_policy: trust },
    },
    {
      ...made,
      type: resourceKinds.attachment.type,
      address: 'aws_iam_role_policy_attachment.kolena_former_1_1',
      action: 'delete',
      before: { role: 'OldRole', policy_arn: 'arn:aws:iam::111122223333:policy/P' },
    },
  ];
  const comes: ResourceChange = {
    ...made,
    address: 'aws_iam_role.kolena',
    action: 'create',
    after: { name: 'R', assume_role_policy: trust },
  };

  it('goes as a whole, and hides nothing of what the new one trusts', () => {
    expect(lines(goes)).toEqual([
      '- IAM role OldRole',
      '- Attachment of policy arn:aws:iam::111122223333:policy/P',
    ]);
    expect(lines([comes, ...goes])).toEqual([...lines([comes]), ...lines(goes)]);
    expect(lines([comes]).some((line) => line.includes(`${kolena} may sts:AssumeRole`))).toBe(true);
  });
});
