import { defined } from '../src/base/defined.ts';
import { ifThen, join, ref, split, sub, type Intrinsic } from './intrinsics.ts';
import { item, type conditions, type ParameterName } from './parameters.ts';

/** What a run may be: `plan` changes nothing in AWS, `deploy` is apply, verify and destroy as well. */
export type DeployMode = 'plan' | 'deploy';

interface Grant {
  /** Actions that every run needs. */
  readonly plan?: readonly string[];
  /** Actions that `deploy` needs beside them. */
  readonly deploy?: readonly string[];
  readonly on: unknown;
  readonly condition?: unknown;
  readonly when?: keyof typeof conditions;
}

/** The one key of the state bucket that the roles may use. */
export const STATE_KEY = 'kolena-s3-access.tfstate';

const named = (parameter: ParameterName, index: number, kind: string): Intrinsic =>
  sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${kind}`, { Name: item(parameter, index) });

const arns = (kind: string, parameter: ParameterName, second: keyof typeof conditions): Intrinsic[] => [
  named(parameter, 0, kind),
  ifThen(second, named(parameter, 1, kind)),
];

const roles = arns('role${IamPath}${Name}', 'RoleName', 'HasSecondRole');

/** The packs are numbered policy-name-2 to, at most, -99. */
const policies = ['', '-?', '-??'].flatMap((suffix) =>
  arns(`policy\${IamPath}\${Name}${suffix}`, 'PolicyName', 'HasSecondPolicy'),
);

/** `Buckets` as ARNs. A delimiter holds no parameter, so each partition has its own. */
const buckets = split(
  ',',
  sub('arn:${AWS::Partition}:s3:::${Names}', {
    Names: ifThen(
      'IsChina',
      join(',arn:aws-cn:s3:::', ref('Buckets')),
      ifThen(
        'IsGovCloud',
        join(',arn:aws-us-gov:s3:::', ref('Buckets')),
        join(',arn:aws:s3:::', ref('Buckets')),
      ),
    ),
  }),
);

const bounded = { StringEquals: { 'iam:PermissionsBoundary': ref('PermissionsBoundaryArn') } };
const state = (rest: string) => [sub(`arn:\${AWS::Partition}:s3:::\${StateBucketName}${rest}`)];

/**
 * Every action that the Action and its Terraform use, on what it is granted, by the statement's Sid. `sts:GetCallerIdentity` and
 * `sts:AssumeRoleWithWebIdentity` need no permission.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_identityandaccessmanagement.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export const grants: Readonly<Record<string, Grant>> = {
  KolenaRole: {
    plan: [
      'iam:GetRole',
      // The check and the AWS provider read inline policies that somebody else put into the role.
      'iam:GetRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'iam:SimulatePrincipalPolicy',
    ],
    deploy: [
      'iam:DeleteRole',
      'iam:ListInstanceProfilesForRole',
      'iam:TagRole',
      'iam:UntagRole',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateRole',
      'sts:AssumeRole',
    ],
    on: roles,
  },
  KolenaRoleAttachments: {
    deploy: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
    on: roles,
    condition: { ArnLike: { 'iam:PolicyARN': policies } },
  },
  KolenaRoleCreation: { deploy: ['iam:CreateRole'], on: roles, condition: ifThen('HasBoundary', bounded) },
  KolenaRoleBoundary: {
    deploy: ['iam:PutRolePermissionsBoundary'],
    on: roles,
    condition: bounded,
    when: 'HasBoundary',
  },
  KolenaPolicies: {
    plan: ['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:ListPolicyVersions'],
    deploy: [
      'iam:CreatePolicy',
      'iam:CreatePolicyVersion',
      'iam:DeletePolicy',
      'iam:DeletePolicyVersion',
      'iam:TagPolicy',
      'iam:UntagPolicy',
    ],
    on: policies,
  },
  // Whatever others attach to the role counts.
  OtherPolicies: {
    plan: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    on: ['${AWS::AccountId}', 'aws'].map((account) => sub(`arn:\${AWS::Partition}:iam::${account}:policy/*`)),
  },
  Buckets: {
    // HeadBucket, which tells the region, is allowed by s3:ListBucket.
    // What can keep Kolena out of a bucket is read where it may be: a plan goes on without it.
    plan: [
      's3:GetBucketCORS',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPolicy',
      's3:GetEncryptionConfiguration',
      's3:ListBucket',
    ],
    // DeleteBucketCors is allowed by s3:PutBucketCORS.
    deploy: ['s3:PutBucketCORS'],
    on: buckets,
  },
  Keys: { plan: ['kms:DescribeKey', 'kms:GetKeyPolicy'], on: ref('KmsKeyArns'), when: 'HasKeys' },
  PolicySimulator: { plan: ['iam:SimulateCustomPolicy'], on: ['*'] },
  OwnRole: {
    deploy: ['iam:GetRole'],
    on: [sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${DeployRoleName}')],
  },
  CloudTrail: { deploy: ['cloudtrail:LookupEvents'], on: ['*'], when: 'ReadsCloudTrail' },
  // https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
  StateBucket: { plan: ['s3:ListBucket'], on: state(''), when: 'HasState' },
  State: { plan: ['s3:GetObject'], deploy: ['s3:PutObject'], on: state(`/${STATE_KEY}`), when: 'HasState' },
  StateLock: {
    plan: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    on: state(`/${STATE_KEY}.tflock`),
    when: 'HasState',
  },
};

/** What a role of the Action needs, and nothing else: the policy document as the template writes it. */
export function deployRolePolicy(mode: DeployMode): Intrinsic {
  const statements = Object.entries(grants).flatMap(([Sid, grant]) => {
    const { plan = [], deploy = [], on, condition, when } = grant;
    const Action = [...plan, ...(mode === 'deploy' ? deploy : [])].sort();
    if (Action.length === 0) return [];
    const statement = defined({ Sid, Effect: 'Allow', Action, Resource: on, Condition: condition });
    return [when === undefined ? statement : ifThen(when, statement)];
  });
  return { Version: '2012-10-17', Statement: statements };
}
