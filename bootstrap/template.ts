import { deployRolePolicy, type DeployMode } from './deploy-role-policy.ts';
import { githubTrustPolicy } from './github-trust.ts';
import { getAtt, ref, sub } from './intrinsics.ts';
import { conditions, parameterGroups, parameters, rules, type ParameterName } from './parameters.ts';
import { workflow } from './workflow.ts';

/** CloudFormation takes a template of this many bytes without a bucket to lay it in. */
export const TEMPLATE_LIMIT = 51_200;

const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;

function role(mode: DeployMode, name: ParameterName) {
  return {
    Type: 'AWS::IAM::Role',
    // Nothing is lost with a role that GitHub's jobs assume; left behind, it would let them in without anybody who looks after it.
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      RoleName: ref(name),
      Description: `GitHub Actions: ${mode} of Kolena's read access to S3.`,
      AssumeRolePolicyDocument: githubTrustPolicy(mode),
      // Inline, a bucket list of 4,096 characters has room: a managed policy ends at 6,144.
      Policies: [{ PolicyName: ref(name), PolicyDocument: deployRolePolicy(mode) }],
    },
  };
}

/** The CloudFormation template of what a repository needs in AWS before its first plan. */
export const template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description:
    "Roles by which GitHub Actions of one repository plan and apply Kolena's read access to S3 (kolena-s3-access). Deleting the stack deletes these two roles. Kolena's own role and its policies, the OIDC provider and the state bucket stay as they are: run the Action's destroy before, if Kolena shall lose its access.",
  Metadata: {
    'AWS::CloudFormation::Interface': {
      ParameterGroups: Object.entries(parameterGroups).map(([label, group]) => ({
        Label: { default: label },
        Parameters: Object.keys(group),
      })),
    },
  },
  Parameters: parameters,
  Rules: rules,
  Conditions: conditions,
  Resources: {
    GitHubProvider: {
      Type: 'AWS::IAM::OIDCProvider',
      Condition: 'CreatesProvider',
      // Other pipelines of the account may have come to use it.
      ...retained,
      Properties: {
        Url: sub('https://${OidcIssuer}'),
        ClientIdList: [ref('Audience')],
        // AWS checks github.com by the public CAs and looks at no thumbprint, yet CloudFormation has failed without one.
        ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
      },
    },
    DeployRole: role('deploy', 'DeployRoleName'),
    PlanRole: role('plan', 'PlanRoleName'),
    StateBucket: {
      Type: 'AWS::S3::Bucket',
      Condition: 'HasState',
      ...retained,
      Properties: {
        BucketName: ref('StateBucketName'),
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    },
  },
  Outputs: {
    DeployRoleArn: {
      Description: 'role-to-assume of the job that applies.',
      Value: getAtt('DeployRole', 'Arn'),
    },
    PlanRoleArn: { Description: 'role-to-assume of the job that plans.', Value: getAtt('PlanRole', 'Arn') },
    Workflow: { Description: 'The file .github/workflows/kolena-access.yml.', Value: workflow },
    StateBucketName: {
      Condition: 'HasState',
      Description: "The bucket of Terraform's state.",
      Value: ref('StateBucket'),
    },
  },
} as const;
