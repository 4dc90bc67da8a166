import { CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
  type BucketLocationConstraint,
  type CORSRule,
  type ObjectOwnership,
  type StorageClass,
} from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { ApiCall } from './gate/calls.ts';
import { startGate, type Gate } from './gate/gate.ts';
import type { Principal } from './gate/principal.ts';
import { startMoto } from './moto.ts';
import { startOidcIssuer, type OidcIssuer } from './oidc-issuer.ts';
import { worldClients } from './world-clients.ts';

/** Account of the customer, who owns the buckets. */
export const customerAccountId = '111122223333';

/** Account of Kolena. */
export const kolenaAccountId = '444455556666';

/** What Kolena gives to its customers. */
export const kolenaPrincipalArn = `arn:aws:iam::${kolenaAccountId}:role/service/kolena-platform`;

/** Allows everything. */
export const administrator: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** A bucket to put into the world. */
export interface BucketSeed {
  readonly name: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** Key → body, or a body with its storage class. @default none */
  readonly objects?: Readonly<
    Record<string, string | { readonly body: string; readonly storageClass: StorageClass }>
  >;
  readonly corsRules?: CORSRule[];
  readonly policy?: PolicyDocument;
  /** Customer managed key of the default encryption: reads then need `kms:Decrypt`. */
  readonly kmsKeyArn?: string;
  /** @default BucketOwnerEnforced */
  readonly ownership?: ObjectOwnership;
  /** Account that owns it. @default customer */
  readonly owner?: 'customer' | 'kolena';
}

/** A role to put into the world. */
export interface RoleSeed {
  /** ARN with the path: `arn:aws:iam::111122223333:role/ci/deploy`. */
  readonly arn: string;
  /** @default trusts the account's root */
  readonly trustPolicy?: PolicyDocument;
  /** Inline policy. @default none */
  readonly policy?: PolicyDocument;
}

/** A customer's AWS account, Kolena's AWS account and GitHub's OIDC issuer, all on this machine. */
export interface World {
  /** What `AWS_ENDPOINT_URL` is set to: the gate, which authorizes every call and records it. */
  readonly endpoint: string;
  readonly gate: Gate;
  readonly issuer: OidcIssuer;
  /** The account root of 111122223333: may do everything, for seeding and looking. */
  readonly customerRoot: Principal;
  /** The account root of 444455556666. */
  readonly kolenaRoot: Principal;
  /** The root of any other account: every account is there. */
  rootOf(accountId: string): Principal;
  /** Who runs the Action: a session of `role/ci/deploy` in the customer's account, whose policy allows everything. */
  readonly deployer: Principal;
  /** Kolena's platform: a session of `role/service/kolena-platform` in Kolena's account, which may assume any role. */
  readonly kolena: Principal;
  /** Another role of Kolena's account, which no customer trusts. */
  readonly stranger: Principal;
  iam(principal: Principal): IAMClient;
  /** @param region as of the bucket: another one is answered with 301. `us-east-1` by default. */
  s3(principal: Principal, region?: string): S3Client;
  sts(principal: Principal): STSClient;
  /** The `AWS_*` variables by which a child process is that principal in this world. */
  env(principal: Principal): Record<string, string>;
  createBucket(bucket: BucketSeed): Promise<void>;
  createRole(role: RoleSeed): Promise<void>;
  /** Trust policy of a role of the customer's account, as it stands now. @param roleName `KolenaS3ReadAccess` by default */
  trustPolicy(roleName?: string): Promise<PolicyDocument>;
  /** Calls that wrote to S3 or IAM since the gate was told to forget; a refused one wrote nothing. */
  writes(): readonly ApiCall[];
  /** A session of a role, without asking its trust policy. */
  sessionOf(roleArn: string, sessionName?: string): Principal;
  stop(): Promise<void>;
}

/**
 * Starts a world with `share-with-kolena` (three images under `images/`), `not-shared` (one object), and Kolena's
 * `kolena-public-datasets`, which everybody may read. IAM is enforced on every call. Takes about a second.
 */
export async function startWorld(): Promise<World> {
  const [moto, issuer] = await Promise.all([startMoto(), startOidcIssuer()]);
  const gate = await startGate({ moto: moto.url, issuers: { [issuer.iss]: issuer.url } });
  const world = assemble({ gate, issuer, moto });
  await world.createRole({ arn: world.deployer.identityArn, policy: administrator });
  await world.createRole({ arn: world.kolena.identityArn, policy: administrator });
  await world.createRole({ arn: world.stranger.identityArn, policy: administrator });
  await Promise.all(seeds.map((bucket) => world.createBucket(bucket)));
  gate.forget();
  return world;
}

const seeds: readonly BucketSeed[] = [
  {
    name: 'share-with-kolena',
    objects: { 'images/0001.png': 'first', 'images/0002.png': 'second', 'images/0003.png': 'third' },
  },
  { name: 'not-shared', objects: { 'secret.txt': 'not for Kolena' } },
  {
    name: 'kolena-public-datasets',
    owner: 'kolena',
    objects: { 'coco/0001.png': 'public' },
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: ['s3:GetObject', 's3:ListBucket'],
          Resource: ['arn:aws:s3:::kolena-public-datasets', 'arn:aws:s3:::kolena-public-datasets/*'],
        },
      ],
    },
  },
];

interface Parts {
  readonly gate: Gate;
  readonly issuer: OidcIssuer;
  readonly moto: { stop(): Promise<void> };
}

function assemble({ gate, issuer, moto }: Parts): World {
  const { iam, s3, sts, destroy } = worldClients(gate.url);
  const root = (accountId: string) => {
    const arn = `arn:aws:iam::${accountId}:root`;
    return gate.identities.issue({ kind: 'root', accountId, arn, identityArn: arn });
  };
  const [customerRoot, kolenaRoot] = [root(customerAccountId), root(kolenaAccountId)];
  const known = new Map([
    [customerAccountId, customerRoot],
    [kolenaAccountId, kolenaRoot],
  ]);
  const rootOf = (accountId: string) => known.get(accountId) ?? root(accountId);
  const sessionOf = (roleArn: string, sessionName = 'test') => sessionOfRole(gate, roleArn, sessionName);
  return {
    endpoint: gate.url,
    gate,
    issuer,
    customerRoot,
    kolenaRoot,
    rootOf,
    deployer: sessionOf(`arn:aws:iam::${customerAccountId}:role/ci/deploy`, 'GitHubActions'),
    // Kolena calls from a place of its own.
    kolena: sessionOfRole(gate, kolenaPrincipalArn, 'kolena', { 'aws:SourceIp': '203.0.113.7' }),
    stranger: sessionOf(`arn:aws:iam::${kolenaAccountId}:role/stranger`, 'stranger'),
    iam,
    s3,
    sts,
    env: (principal) => environmentOf(principal, gate.url),
    createBucket: (bucket) =>
      createBucket(s3(bucket.owner === 'kolena' ? kolenaRoot : customerRoot, bucket.region), bucket),
    createRole: (role) => createRole(iam(rootOf(role.arn.split(':')[4] ?? '')), role),
    async trustPolicy(RoleName = 'KolenaS3ReadAccess') {
      const { Role } = await iam(customerRoot).send(new GetRoleCommand({ RoleName }));
      return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as PolicyDocument;
    },
    writes: () =>
      gate.calls.filter(({ action }) => /:(Create|Put|Attach|Detach|Update|Delete|Tag|Untag)/.test(action)),
    sessionOf,
    async stop() {
      destroy();
      await gate.close();
      await Promise.all([issuer.stop(), moto.stop()]);
    },
  };
}

function sessionOfRole(
  gate: Gate,
  roleArn: string,
  sessionName: string,
  place?: Readonly<Record<string, string>>,
): Principal {
  const accountId = roleArn.split(':')[4] ?? '';
  const roleName = roleArn.split('/').at(-1) ?? '';
  return gate.identities.issue({
    kind: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    identityArn: roleArn,
    ...(place !== undefined && { place }),
  });
}

function environmentOf({ credentials }: Principal, endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function createBucket(s3: S3Client, bucket: BucketSeed): Promise<void> {
  const { name: Bucket, region = 'us-east-1', objects = {}, corsRules, policy, kmsKeyArn } = bucket;
  const { ownership: ObjectOwnership } = bucket;
  const location = { LocationConstraint: region as BucketLocationConstraint };
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(region !== 'us-east-1' && { CreateBucketConfiguration: location }),
    }),
  );
  for (const [Key, object] of Object.entries(objects)) {
    const { body, storageClass } =
      typeof object === 'string' ? { body: object, storageClass: undefined } : object;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: body, StorageClass: storageClass }));
  }
  if (corsRules !== undefined) {
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: corsRules } }));
  }
  if (kmsKeyArn !== undefined) {
    const byDefault = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: kmsKeyArn };
    const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault }];
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  }
  if (ObjectOwnership !== undefined) {
    const OwnershipControls = { Rules: [{ ObjectOwnership }] };
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  }
  if (policy !== undefined) {
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
  }
}

async function createRole(iam: IAMClient, { arn, trustPolicy, policy }: RoleSeed): Promise<void> {
  const [, RoleName = ''] = /([^/]+)$/.exec(arn) ?? [];
  const Path = arn.slice(arn.indexOf('role/') + 4, -RoleName.length);
  const trustsAccount = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${arn.split(':')[4] ?? ''}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  const AssumeRolePolicyDocument = JSON.stringify(trustPolicy ?? trustsAccount);
  await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
  if (policy !== undefined) {
    const PolicyDocument = JSON.stringify(policy);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
  }
}
