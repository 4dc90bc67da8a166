import { stackRoles } from '../src/problem/stack-command.ts';
import { equals, join, not, ref, select, split, type Intrinsic } from './intrinsics.ts';

/** One parameter of the template. Every value is held to a pattern: most of them end up in the text of a policy. */
export interface Parameter {
  readonly Type: 'String' | 'CommaDelimitedList';
  readonly Description: string;
  readonly Default?: string;
  /** CloudFormation holds the whole value to it, of a list each item. */
  readonly AllowedPattern: string;
  readonly ConstraintDescription: string;
}

const NAME = '[A-Za-z0-9_+=.@-]';
const NUMBER = { AllowedPattern: '^[0-9]{0,20}$', ConstraintDescription: 'a number' };
const ROLE = {
  AllowedPattern: `^${NAME}{1,64}$`,
  ConstraintDescription: '1 to 64 letters, digits and _+=.@-',
};

const text = <T extends Omit<Parameter, 'Type'>>(parameter: T) => ({ Type: 'String' as const, ...parameter });

type Parameters = Readonly<Record<string, Parameter>>;

const required = {
  Repository: text({
    Description: 'The repository whose workflows run the Action, in its own upper and lower case.',
    AllowedPattern: '^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$',
    ConstraintDescription: 'owner/name, such as my-org/my-repo',
  }),
  RepositoryId: text({
    Description:
      "The repository's number, which nobody else ever gets. Empty on GitHub Enterprise Server alone. gh api repos/OWNER/NAME --jq .id",
    Default: '',
    ...NUMBER,
  }),
  RepositoryOwnerId: text({
    Description:
      "The owner's number. Empty on GitHub Enterprise Server alone. gh api repos/OWNER/NAME --jq .owner.id",
    Default: '',
    ...NUMBER,
  }),
  Buckets: {
    Type: 'CommaDelimitedList',
    Description:
      'The buckets of kolena-s3.yml, without prefixes. A pattern such as acme-* reaches every bucket whose name it matches, those that come later too.',
    AllowedPattern: '^[A-Za-z0-9][A-Za-z0-9._-]{2}[A-Za-z0-9._*?-]{0,252}$',
    ConstraintDescription:
      'bucket names with commas between, or patterns that begin with three characters of a name',
  },
  OidcProvider: text({
    Description:
      "create makes GitHub's OIDC provider, existing uses the one that the account has (aws iam list-open-id-connect-providers). An account holds one.",
    AllowedPattern: '^(existing|create)$',
    ConstraintDescription: 'existing or create',
  }),
} as const satisfies Parameters;

const jobs = {
  Branch: text({
    Description: 'The branch whose jobs apply.',
    Default: 'main',
    AllowedPattern: '^[A-Za-z0-9][A-Za-z0-9._/+@#=-]{0,199}$',
    ConstraintDescription: 'a branch of letters, digits and ._/+@#=-',
  }),
  Environment: text({
    Description: 'The environment of the jobs that apply; empty when they name none.',
    Default: '',
    AllowedPattern: '^[A-Za-z0-9 ._:/+@#=()&-]{0,255}$',
    ConstraintDescription: 'an environment of letters, digits, spaces and ._:/+@#=()&-',
  }),
  Workflows: text({
    Description:
      'Up to 3 workflow files in .github/workflows, with commas between, that alone may use the roles; empty for any. Not on GitHub Enterprise Server.',
    Default: '',
    AllowedPattern: '^([A-Za-z0-9._-]+[.]ya?ml(,[A-Za-z0-9._-]+[.]ya?ml){0,2})?$',
    ConstraintDescription: 'up to 3 file names such as kolena-access.yml, with commas between',
  }),
  Subject: text({
    Description:
      "What comes before the context in the token's sub, where your organization customizes it. gh api repos/OWNER/NAME/actions/oidc/customization/sub",
    Default: '',
    AllowedPattern: '^([A-Za-z0-9][A-Za-z0-9._:/@%=-]{2,511})?$',
    ConstraintDescription: 'a literal text of letters, digits and ._:/@%=-',
  }),
} as const satisfies Parameters;

const kolenaRole = {
  RoleName: text({
    Description: "Name of Kolena's role; for a rename two, with a comma between.",
    Default: 'KolenaS3ReadAccess',
    AllowedPattern: `^${NAME}{1,64}(,${NAME}{1,64})?$`,
    ConstraintDescription: 'one or two role names with a comma between',
  }),
  PolicyName: text({
    Description: "Name of Kolena's policies; for a rename two, with a comma between.",
    Default: 'KolenaS3ReadAccess',
    AllowedPattern: `^${NAME}{1,125}(,${NAME}{1,125})?$`,
    ConstraintDescription: 'one or two policy names with a comma between',
  }),
  IamPath: text({
    Description: "IAM path of Kolena's role and policies.",
    Default: '/',
    AllowedPattern: '^/([A-Za-z0-9.,+@=_-]+/)*$',
    ConstraintDescription: 'a path that begins and ends with /',
  }),
  PermissionsBoundaryArn: text({
    Description: "The only permissions boundary with which Kolena's role may be created; empty for none.",
    Default: '',
    AllowedPattern: '^(arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9.,+@=_/-]+)?$',
    ConstraintDescription: 'the ARN of a managed policy',
  }),
} as const satisfies Parameters;

const rare = {
  KmsKeyArns: {
    Type: 'CommaDelimitedList',
    Description:
      "The buckets' KMS keys, as in kms-key-arns. Both roles can then read their key policies, so that the plan shows a key that refuses Kolena.",
    Default: '',
    AllowedPattern: '^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$',
    ConstraintDescription: 'ARNs of KMS keys with commas between',
  },
  ReadCloudTrail: text({
    Description:
      'true lets the deploy role look up CloudTrail events, for the last use by Kolena and the last changes in a drift issue. AWS cannot limit this to one role.',
    Default: 'false',
    AllowedPattern: '^(true|false)$',
    ConstraintDescription: 'true or false',
  }),
  DeployRoleName: text({
    Description: 'Name of the role that applies.',
    Default: stackRoles.deploy,
    ...ROLE,
  }),
  PlanRoleName: text({ Description: 'Name of the role that plans.', Default: stackRoles.plan, ...ROLE }),
  OidcIssuer: text({
    Description: 'Who signs the tokens, without https://; HOST/_services/token for GitHub Enterprise Server.',
    Default: 'token.actions.githubusercontent.com',
    AllowedPattern: '^[a-z0-9.-]+(/[A-Za-z0-9._-]+)*$',
    ConstraintDescription: 'a host and its path, without https:// and without a slash at the end',
  }),
  Audience: text({
    Description: "Audience of the tokens, as in the Action's input audience.",
    Default: 'sts.amazonaws.com',
    AllowedPattern: '^[A-Za-z0-9._:/@+=-]{1,255}$',
    ConstraintDescription: 'letters, digits and ._:/@+=-',
  }),
  StateBucketName: text({
    Description:
      "Creates a bucket of this name for Terraform's state, and lets both roles use it; empty for no state.",
    Default: '',
    AllowedPattern: '^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$',
    ConstraintDescription: 'the name of a bucket that does not exist yet',
  }),
} as const satisfies Parameters;

/** The parameters by name, in the order in which the console asks for them. */
export const parameters = { ...required, ...jobs, ...kolenaRole, ...rare };

/** Under which headings the console asks for them. */
export const parameterGroups = {
  Required: required,
  'Which jobs may use the roles': jobs,
  "Kolena's role, as in kolena-s3.yml": kolenaRole,
  'Rarely needed': rare,
};

export type ParameterName = keyof typeof parameters;

/** Items of a parameter that holds a list as text: CloudFormation cannot repeat a statement, so each item has its place. */
export const item = (parameter: ParameterName, index: number): Intrinsic =>
  // The commas at the end make up for items that are not given.
  select(index, split(',', join('', [ref(parameter), ',,'])));

const isGiven = (parameter: ParameterName): Intrinsic => not(equals(ref(parameter), ''));
const hasItem = (parameter: ParameterName, index: number): Intrinsic =>
  not(equals(item(parameter, index), ''));

/** Names of the template's conditions, and what they ask. */
export const conditions = {
  CreatesProvider: equals(ref('OidcProvider'), 'create'),
  // STS reads further claims of github.com and ghe.com, not of GitHub Enterprise Server, whose issuers end like this.
  HasClaims: equals(join('', split('/_services/token', ref('OidcIssuer'))), ref('OidcIssuer')),
  HasEnvironment: isGiven('Environment'),
  HasSubject: isGiven('Subject'),
  HasWorkflows: isGiven('Workflows'),
  HasSecondWorkflow: hasItem('Workflows', 1),
  HasThirdWorkflow: hasItem('Workflows', 2),
  HasSecondRole: hasItem('RoleName', 1),
  HasSecondPolicy: hasItem('PolicyName', 1),
  HasBoundary: isGiven('PermissionsBoundaryArn'),
  HasKeys: not(equals(join('', ref('KmsKeyArns')), '')),
  HasState: isGiven('StateBucketName'),
  HasOtherAudience: not(equals(ref('Audience'), 'sts.amazonaws.com')),
  ReadsCloudTrail: equals(ref('ReadCloudTrail'), 'true'),
  IsChina: equals(ref('AWS::Partition'), 'aws-cn'),
  IsGovCloud: equals(ref('AWS::Partition'), 'aws-us-gov'),
} as const satisfies Readonly<Record<string, Intrinsic>>;

/** What CloudFormation refuses before it starts. */
export const rules = {
  NumbersOnGitHub: {
    RuleCondition: equals(ref('OidcIssuer'), 'token.actions.githubusercontent.com'),
    Assertions: (['RepositoryId', 'RepositoryOwnerId'] as const).map((name) => ({
      Assert: isGiven(name),
      AssertDescription: `${name} is required on github.com: gh api repos/OWNER/NAME --jq '.id, .owner.id'`,
    })),
  },
} as const;
