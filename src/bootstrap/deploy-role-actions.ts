/** What a run may be: `plan` changes nothing in AWS, `deploy` is apply, verify and destroy as well. */
export type DeployMode = 'plan' | 'deploy';

/**
 * Every IAM action that the Action and its Terraform use, by what it is granted on and the least mode that needs it.
 * `sts:GetCallerIdentity` and `sts:AssumeRoleWithWebIdentity` need no permission.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_identityandaccessmanagement.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export const deployRoleActions = {
  plan: {
    role: [
      'iam:GetRole',
      // The check and the AWS provider read inline policies that somebody else put into the role.
      'iam:GetRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'iam:SimulatePrincipalPolicy',
    ],
    policies: ['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:ListPolicyVersions'],
    // Whatever others attach to the role counts.
    'other-policies': ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    // HeadBucket, which tells the region, is allowed by s3:ListBucket.
    // What can keep Kolena out of a bucket is read where it may be: a plan goes on without it.
    buckets: [
      's3:GetBucketCORS',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPolicy',
      's3:GetEncryptionConfiguration',
      's3:ListBucket',
    ],
    keys: ['kms:DescribeKey', 'kms:GetKeyPolicy'],
    anything: ['iam:SimulateCustomPolicy'],
    'state-bucket': ['s3:ListBucket'],
    state: ['s3:GetObject'],
    'state-lock': ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  },
  deploy: {
    role: [
      'iam:DeleteRole',
      'iam:ListInstanceProfilesForRole',
      'iam:TagRole',
      'iam:UntagRole',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateRole',
      'sts:AssumeRole',
    ],
    attachment: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
    creation: ['iam:CreateRole'],
    boundary: ['iam:PutRolePermissionsBoundary'],
    policies: [
      'iam:CreatePolicy',
      'iam:CreatePolicyVersion',
      'iam:DeletePolicy',
      'iam:DeletePolicyVersion',
      'iam:TagPolicy',
      'iam:UntagPolicy',
    ],
    // DeleteBucketCors is allowed by s3:PutBucketCORS.
    buckets: ['s3:PutBucketCORS'],
    self: ['iam:GetRole'],
    trail: ['cloudtrail:LookupEvents'],
    state: ['s3:PutObject'],
  },
} as const satisfies Readonly<Record<DeployMode, object>>;

/** What an action is granted on. */
export type DeployResource = keyof typeof deployRoleActions.plan | keyof typeof deployRoleActions.deploy;

type Granted = Readonly<Partial<Record<DeployResource, readonly string[]>>>;

/** The actions of a mode on a resource, in alphabetical order; `deploy` includes `plan`. */
export function actionsOn(resource: DeployResource, mode: DeployMode): string[] {
  const { plan, deploy }: Readonly<Record<DeployMode, Granted>> = deployRoleActions;
  return [...(plan[resource] ?? []), ...((mode === 'deploy' && deploy[resource]) || [])].sort();
}
