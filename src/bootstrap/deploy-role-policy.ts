import { defined } from '../base/defined.ts';
import { actionsOn, type DeployMode, type DeployResource } from './deploy-role-actions.ts';
import { ifThen, join, ref, split, sub, type Intrinsic } from './intrinsics.ts';
import { item, type conditions, type ParameterName } from './parameters.ts';

interface Grant {
  readonly sid: string;
  readonly resource: DeployResource;
  readonly on: unknown;
  readonly condition?: unknown;
  readonly when?: keyof typeof conditions;
}

/** The one key of the state bucket that the roles may use. */
export const STATE_KEY = 'kolena-s3-access.tfstate';

const iamArn = (kind: string, parameter: ParameterName, index: number): Intrinsic =>
  sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${kind}\${IamPath}\${Name}`, {
    Name: item(parameter, index),
  });

const roles = [iamArn('role', 'RoleName', 0), ifThen('HasSecondRole', iamArn('role', 'RoleName', 1))];

/** The packs are numbered policy-name-2 to, at most, -99. */
const policies = ['', '-?', '-??'].flatMap((suffix) => {
  const arn = (index: number) =>
    sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy\${IamPath}\${Name}${suffix}`, {
      Name: item('PolicyName', index),
    });
  return [arn(0), ifThen('HasSecondPolicy', arn(1))];
});

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

const grants: readonly Grant[] = [
  { sid: 'KolenaRole', resource: 'role', on: roles },
  {
    sid: 'KolenaRoleAttachments',
    resource: 'attachment',
    on: roles,
    condition: { ArnLike: { 'iam:PolicyARN': policies } },
  },
  { sid: 'KolenaRoleCreation', resource: 'creation', on: roles, condition: ifThen('HasBoundary', bounded) },
  { sid: 'KolenaRoleBoundary', resource: 'boundary', on: roles, condition: bounded, when: 'HasBoundary' },
  { sid: 'KolenaPolicies', resource: 'policies', on: policies },
  {
    sid: 'OtherPolicies',
    resource: 'other-policies',
    on: ['${AWS::AccountId}', 'aws'].map((account) => sub(`arn:\${AWS::Partition}:iam::${account}:policy/*`)),
  },
  { sid: 'Buckets', resource: 'buckets', on: buckets },
  { sid: 'Keys', resource: 'keys', on: ref('KmsKeyArns'), when: 'HasKeys' },
  { sid: 'PolicySimulator', resource: 'anything', on: ['*'] },
  {
    sid: 'OwnRole',
    resource: 'self',
    on: [sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${DeployRoleName}')],
  },
  { sid: 'CloudTrail', resource: 'trail', on: ['*'], when: 'ReadsCloudTrail' },
  // https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
  { sid: 'StateBucket', resource: 'state-bucket', on: state(''), when: 'HasState' },
  { sid: 'State', resource: 'state', on: state(`/${STATE_KEY}`), when: 'HasState' },
  { sid: 'StateLock', resource: 'state-lock', on: state(`/${STATE_KEY}.tflock`), when: 'HasState' },
];

/** What a role of the Action needs, and nothing else: the policy document as the template writes it. */
export function deployRolePolicy(mode: DeployMode): Intrinsic {
  const statements = grants.flatMap(({ sid, resource, on, condition, when }) => {
    const Action = actionsOn(resource, mode);
    if (Action.length === 0) return [];
    const statement = defined({ Sid: sid, Effect: 'Allow', Action, Resource: on, Condition: condition });
    return [when === undefined ? statement : ifThen(when, statement)];
  });
  return { Version: '2012-10-17', Statement: statements };
}
