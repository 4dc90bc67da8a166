import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { PutBucketCorsCommand, type CORSRule } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { seedCors, seedPolicy, seedTrustPolicy } from './seed.ts';
import { kolenaPrincipalArn, type World } from './world.ts';

/** What somebody may have done otherwise than the page says. */
export interface Deviation {
  readonly roleName?: string;
  readonly trustPolicy?: PolicyDocument;
  readonly policy?: PolicyDocument;
  readonly corsRules?: CORSRule[];
  /** @default true */
  readonly attached?: boolean;
  /** More of it on the role, by name. @default none */
  readonly inlinePolicies?: Readonly<Record<string, PolicyDocument>>;
  readonly otherPolicies?: Readonly<Record<string, PolicyDocument>>;
}

/** Does the page's three steps by hand, as the customer's account root, and gives the role that came out. */
export async function setUpByHand(world: World, deviation: Deviation = {}): Promise<Role> {
  const iam = world.iam(world.customerRoot);
  const name = deviation.roleName ?? 'KolenaS3ReadAccess';
  const PolicyDocument = JSON.stringify(deviation.policy ?? seedPolicy);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
  const AssumeRolePolicyDocument = JSON.stringify(
    deviation.trustPolicy ?? seedTrustPolicy(kolenaPrincipalArn),
  );
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  if (Role === undefined) throw new Error('CreateRole answered without a role');
  if (deviation.attached !== false) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: Policy?.Arn }));
  }
  for (const [PolicyName, document] of Object.entries(deviation.inlinePolicies ?? {}))
    await iam.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument: JSON.stringify(document) }),
    );
  for (const [PolicyName, document] of Object.entries(deviation.otherPolicies ?? {})) {
    const other = await iam.send(
      new CreatePolicyCommand({ PolicyName, PolicyDocument: JSON.stringify(document) }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: other.Policy?.Arn }));
  }
  const CORSConfiguration = { CORSRules: deviation.corsRules ?? seedCors };
  await world
    .s3(world.customerRoot)
    .send(new PutBucketCorsCommand({ Bucket: 'share-with-kolena', CORSConfiguration }));
  return Role;
}
