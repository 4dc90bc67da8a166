import { DeletePolicyCommand, DeleteRoleCommand, DetachRolePolicyCommand } from '@aws-sdk/client-iam';
import type { CORSRule } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { Deviation } from '../support/hand-made.ts';
import { seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { customerAccountId, kolenaPrincipalArn, type World } from '../support/world.ts';

/** A good set-up with one thing off. */
export interface Mutant {
  readonly name: string;
  readonly deviation: Deviation;
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
const otherOrigin: CORSRule[] = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://other.example.com'] }];

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
];

/** Takes away what was set up by hand; the buckets stay. */
export async function takeDown(world: World): Promise<void> {
  const iam = world.iam(world.customerRoot);
  const name = 'KolenaS3ReadAccess';
  const PolicyArn = `arn:aws:iam::${customerAccountId}:policy/${name}`;
  const steps = [
    () => iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn })),
    () => iam.send(new DeletePolicyCommand({ PolicyArn })),
    () => iam.send(new DeleteRoleCommand({ RoleName: name })),
  ];
  for (const step of steps) {
    await step().catch((error: unknown) => {
      if (!(error instanceof Error && error.name.startsWith('NoSuchEntity'))) throw error;
    });
  }
}
