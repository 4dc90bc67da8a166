import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { CORSRule } from '@aws-sdk/client-s3';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import type { Deviation } from '../support/hand-made.ts';
import { seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { customerAccountId, kolenaPrincipalArn, type World } from '../support/world.ts';

/** A good set-up with one thing off. */
export interface Mutant {
  readonly name: string;
  readonly deviation: Deviation;
  /** Beside the page's own. @default none */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Check id → the cause that its evidence must name. */
  readonly causes: Readonly<Record<string, RegExp>>;
}

const goodTrust = seedTrustPolicy(kolenaPrincipalArn);
const withText = (document: PolicyDocument, from: string, to: string) =>
  JSON.parse(JSON.stringify(document).replaceAll(from, to)) as PolicyDocument;
const withoutCondition: PolicyDocument = {
  ...goodTrust,
  Statement: goodTrust.Statement.map(({ Sid = '', Effect, Principal = {}, Action = '' }) => ({
    Sid,
    Effect,
    Principal,
    Action,
  })),
};
const reading = (...buckets: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'S3ListBucket',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: buckets.flatMap((bucket) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]),
    },
  ],
});
const [theirs] = reading('not-shared').Statement as [Statement];
const boundaryArn = `arn:aws:iam::${customerAccountId}:policy/Boundary`;
const withStatement = (more: Statement): PolicyDocument => ({
  ...seedPolicy,
  Statement: [...seedPolicy.Statement, more],
});
const otherOrigin: CORSRule[] = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://other.example.com'] }];
const widened: CORSRule = {
  ID: 'KolenaS3Access',
  AllowedHeaders: ['*'],
  AllowedMethods: ['GET', 'PUT'],
  AllowedOrigins: ['https://app.kolena.io', 'https://other.example.com'],
  ExposeHeaders: ['ETag'],
};

/** What somebody who follows the page by hand gets wrong. */
export const mutants: readonly Mutant[] = [
  {
    name: 'no external ID condition',
    deviation: { trustPolicy: withoutCondition },
    causes: { 'trust-policy': /demands no external ID/, 'external-id': /not enforced.*KolenaAssumeRole/s },
  },
  {
    name: 'another principal',
    deviation: { trustPolicy: seedTrustPolicy('arn:aws:iam::444455556666:role/stranger') },
    causes: { 'trust-policy': /trusts the principal AWS:arn:aws:iam::444455556666:role\/stranger/ },
  },
  {
    name: 'everything of S3',
    deviation: { policy: withText(seedPolicy, '"s3:GetObject"', '"s3:*"') },
    causes: {
      'denies-write:share-with-kolena': /allowed.*s3:PutObject/,
      'denies-delete:share-with-kolena': /allowed.*s3:DeleteObject/,
    },
  },
  {
    name: 'another origin',
    deviation: { corsRules: otherOrigin },
    causes: {
      'preflight:share-with-kolena:https://app.kolena.io':
        /origins with a rule: https:\/\/other\.example\.com/,
      'presigned:share-with-kolena': /origins with a rule: https:\/\/other\.example\.com/,
    },
  },
  {
    name: "Kolena's CORS rule widened to one more origin, a method and a response header",
    deviation: { corsRules: [widened] },
    causes: {
      'kolena-cors:share-with-kolena':
        /pages of https:\/\/other\.example\.com; methods PUT; response headers ETag/,
    },
  },
  {
    name: 'another prefix',
    deviation: { policy: withText(seedPolicy, 'share-with-kolena/*', 'share-with-kolena/other/*') },
    causes: {
      'reads:share-with-kolena':
        /do not grant s3:GetObject on share-with-kolena\/images\/0001\.png.*other\/\*/,
      'grants:share-with-kolena': /implicitDeny for s3:GetObject/,
    },
  },
  {
    name: 'a detached policy',
    deviation: { attached: false },
    causes: {
      policies: /KolenaS3ReadAccess not attached/,
      'lists:share-with-kolena': /KolenaS3ReadAccess is not attached to KolenaS3ReadAccess/,
    },
  },
  {
    name: 'an inline policy that reads another bucket',
    deviation: { inlinePolicies: { extra: reading('not-shared') } },
    causes: { 'other-policies': /extra \(inline\) adds s3:GetObject.* on arn:aws:s3:::not-shared/ },
  },
  {
    name: 'an attached policy that reads another bucket',
    deviation: {
      otherPolicies: { Extra: { ...reading('not-shared'), Statement: [{ ...theirs, Sid: 'Theirs' }] } },
    },
    causes: { 'other-policies': /policy\/Extra adds s3:GetObject.* on arn:aws:s3:::not-shared/ },
  },
  {
    name: 'a policy with the Sids of ours under another name',
    deviation: { otherPolicies: { FormerName: reading('not-shared') } },
    causes: { 'other-policies': /policy\/FormerName adds s3:GetObject.* on arn:aws:s3:::not-shared/ },
  },
  {
    name: 'a second statement',
    deviation: { policy: withStatement({ ...theirs, Sid: 'More' }) },
    causes: {
      policies: /KolenaS3ReadAccess not as the config says/,
    },
  },
  {
    name: 'everything but IAM (NotAction)',
    deviation: {
      policy: withStatement({ Sid: 'More', Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
    },
    causes: {
      policies: /KolenaS3ReadAccess not as the config says/,
      'denies-write:share-with-kolena': /allowed.*s3:PutObject/,
      'denies-delete:share-with-kolena': /allowed.*s3:DeleteObject/,
      'denies-other-buckets': /s3:GetObject/,
    },
  },
  {
    name: 'every bucket (a wildcard)',
    deviation: { policy: reading('*') },
    causes: {
      policies: /KolenaS3ReadAccess not as the config says/,
      'denies-other-buckets': /s3:GetObject/,
    },
  },
  {
    name: 'the permissions boundary taken off',
    deviation: {},
    inputs: { 'permissions-boundary-arn': boundaryArn },
    causes: { 'role-settings': /permissions boundary is absent instead of \S+policy\/Boundary/ },
  },
];

/** Takes away what was set up by hand; the buckets stay. */
export async function takeDown(world: World): Promise<void> {
  const iam = world.iam(world.customerRoot);
  const RoleName = 'KolenaS3ReadAccess';
  const arnOf = (name: string) => `arn:aws:iam::${customerAccountId}:policy/${name}`;
  const names = [RoleName, ...mutants.flatMap(({ deviation }) => Object.keys(deviation.otherPolicies ?? {}))];
  const inline = mutants.flatMap(({ deviation }) => Object.keys(deviation.inlinePolicies ?? {}));
  const steps = [
    ...names.map((name) => () => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: arnOf(name) }))),
    ...names.map((name) => () => iam.send(new DeletePolicyCommand({ PolicyArn: arnOf(name) }))),
    ...inline.map((PolicyName) => () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))),
    () => iam.send(new DeleteRoleCommand({ RoleName })),
  ];
  for (const step of steps) {
    await step().catch((error: unknown) => {
      if (!(error instanceof Error && error.name.startsWith('NoSuchEntity'))) throw error;
    });
  }
}
