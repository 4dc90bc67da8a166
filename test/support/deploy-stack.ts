import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { bootstrapStack } from './bootstrap.ts';
import type { Resource, Stack } from './cloudformation.ts';
import { customerAccountId, type World } from './world.ts';

/** A stack of bootstrap.yaml in the local AWS. */
export interface DeployedStack {
  readonly outputs: Stack['outputs'];
  /** Changes some parameters and keeps the others, as `aws cloudformation deploy` does. */
  update(parameters: Readonly<Record<string, string>>): Promise<DeployedStack>;
  /** Takes away what the template does not retain. */
  delete(): Promise<void>;
}

interface Clients {
  readonly iam: IAMClient;
  readonly s3: S3Client;
}

/**
 * Deploys bootstrap.yaml through IAM's and S3's own calls, as the root of the account: moto's CloudFormation knows no OIDC provider, no
 * outputs and no trust policy that is a text.
 */
export async function deployStack(
  world: World,
  parameters: Readonly<Record<string, string>>,
  accountId: string = customerAccountId,
): Promise<DeployedStack> {
  const root = world.rootOf(accountId);
  const clients = { iam: world.iam(root), s3: world.s3(root) };
  const stackOf = (given: Readonly<Record<string, string>>) => bootstrapStack(given, { accountId });
  const stack = stackOf(parameters);
  for (const [, resource] of Object.entries(stack.resources)) await create(clients, resource);
  const deployed = (
    given: Readonly<Record<string, string>>,
    { outputs, resources }: Stack,
  ): DeployedStack => ({
    outputs,
    async update(changes) {
      const next = stackOf({ ...given, ...changes });
      for (const [id, resource] of Object.entries(next.resources))
        await (id in resources ? change(clients, resource) : create(clients, resource));
      return deployed({ ...given, ...changes }, next);
    },
    async delete() {
      const leaving = Object.values(resources).filter(({ DeletionPolicy }) => DeletionPolicy !== 'Retain');
      for (const resource of leaving) await remove(clients, resource);
    },
  });
  return deployed(parameters, stack);
}

interface RoleProperties {
  readonly RoleName: string;
  readonly Description: string;
  readonly AssumeRolePolicyDocument: string;
  readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: object }[];
}

interface BucketProperties {
  readonly BucketName: string;
  readonly VersioningConfiguration: { readonly Status: 'Enabled' };
  readonly BucketEncryption: {
    readonly ServerSideEncryptionConfiguration: readonly {
      readonly ServerSideEncryptionByDefault: { readonly SSEAlgorithm: 'AES256' };
    }[];
  };
  readonly PublicAccessBlockConfiguration: Readonly<Record<string, boolean>>;
}

async function create(clients: Clients, { Type, Properties }: Resource): Promise<void> {
  const { iam, s3 } = clients;
  switch (Type) {
    case 'AWS::IAM::OIDCProvider': {
      const { Url, ClientIdList, ThumbprintList } = Properties as {
        Url: string;
        ClientIdList: string[];
        ThumbprintList: string[];
      };
      await iam.send(
        new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ClientIdList, ThumbprintList }),
      );
      return;
    }
    case 'AWS::IAM::Role': {
      const { RoleName, Description, AssumeRolePolicyDocument } = Properties as unknown as RoleProperties;
      await iam.send(new CreateRoleCommand({ RoleName, Description, AssumeRolePolicyDocument }));
      await putPolicies(iam, Properties as unknown as RoleProperties);
      return;
    }
    case 'AWS::S3::Bucket':
      await createBucket(s3, Properties as unknown as BucketProperties);
      return;
    default:
      throw new Error(`${Type} is not known`);
  }
}

async function createBucket(s3: S3Client, bucket: BucketProperties): Promise<void> {
  const { BucketName: Bucket, VersioningConfiguration, PublicAccessBlockConfiguration } = bucket;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  const Rules = bucket.BucketEncryption.ServerSideEncryptionConfiguration.map(
    ({ ServerSideEncryptionByDefault }) => ({
      ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
    }),
  );
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
}

async function change({ iam }: Clients, { Type, Properties }: Resource): Promise<void> {
  if (Type !== 'AWS::IAM::Role') return;
  const role = Properties as unknown as RoleProperties;
  const { RoleName, AssumeRolePolicyDocument: PolicyDocument } = role;
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  await putPolicies(iam, role);
}

async function putPolicies(iam: IAMClient, { RoleName, Policies }: RoleProperties): Promise<void> {
  for (const { PolicyName, PolicyDocument } of Policies)
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }),
    );
}

async function remove({ iam }: Clients, { Type, Properties }: Resource): Promise<void> {
  if (Type !== 'AWS::IAM::Role') throw new Error(`${Type} is not deleted by any template here`);
  const { RoleName, Policies } = Properties as unknown as RoleProperties;
  for (const { PolicyName } of Policies)
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}
