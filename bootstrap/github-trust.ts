import type { DeployMode } from './deploy-role-policy.ts';
import { ifThen, join, ref, select, split, sub, type Intrinsic, type Text } from './intrinsics.ts';
import { item } from './parameters.ts';

const variables: Readonly<Record<string, Text>> = {
  Owner: select(0, split('/', ref('Repository'))),
  Name: select(1, split('/', ref('Repository'))),
  // GitHub writes a colon in a value of `sub` like this.
  EncodedEnvironment: join('%3A', split(':', ref('Environment'))),
  Workflow1: item('Workflows', 0),
  Workflow2: item('Workflows', 1),
  Workflow3: item('Workflows', 2),
};

function filled(text: string, more: Readonly<Record<string, Text>> = {}): Intrinsic {
  const used = Object.entries({ ...variables, ...more }).filter(([name]) => text.includes(`\${${name}}`));
  return sub(text, used.length === 0 ? undefined : Object.fromEntries(used));
}

const listed = (values: readonly string[]): Intrinsic =>
  filled(values.map((value) => `"${value}"`).join(', '));

const ON_BRANCH = 'refs/heads/${Branch}';
// A merge queue runs its jobs on branches that GitHub makes, one for each group of pull requests.
const IN_QUEUE = 'refs/heads/gh-readonly-queue/${Branch}/*';
const IN_ENVIRONMENT = 'environment:${EncodedEnvironment}';

/**
 * The values of `sub` for these contexts: in GitHub's former spelling and in that of 2026 with the numbers of owner and repository,
 * or behind the organization's own `Subject`, where further claims may stand behind the context or in its place.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
function subjects(contexts: readonly string[]): Intrinsic {
  const behind = (prefix: string) => contexts.map((context) => `${prefix}:${context}`);
  const former = behind('repo:${Repository}');
  const numbered = behind('repo:${Owner}@${RepositoryOwnerId}/${Name}@${RepositoryId}');
  const own = behind('${Subject}');
  const longer = own.map((subject) => `${subject}:*`);
  return ifThen(
    'HasSubject',
    // Without other claims, the context in `sub` is all that tells the branch.
    ifThen('HasClaims', listed(['${Subject}', ...own, ...longer]), listed(own)),
    ifThen('HasClaims', listed([...former, ...numbered]), listed(former)),
  );
}

const subjectsOf: Readonly<Record<DeployMode, Intrinsic>> = {
  plan: subjects(['pull_request', `ref:${ON_BRANCH}`, `ref:${IN_QUEUE}`]),
  deploy: ifThen('HasEnvironment', subjects([IN_ENVIRONMENT]), subjects([`ref:${ON_BRANCH}`])),
};

const environmentClaim = ifThen(
  'HasEnvironment',
  sub(',\n          "${OidcIssuer}:environment": "${Environment}"'),
  '',
);

/** Refs of the jobs: on a pull request that of its merge. A job's `sub` names either ref or environment, so both are asked for. */
const refs: Readonly<Record<DeployMode, string>> = {
  plan: `"refs/pull/*/merge", "${ON_BRANCH}", "${IN_QUEUE}"`,
  deploy: `"${ON_BRANCH}"`,
};

/** A pull request's job runs the workflow file of the pull request: for the plan role the file counts, for the other its branch too. */
function workflowClaim(mode: DeployMode): Intrinsic {
  const at = (name: string) =>
    `"\${Repository}/.github/workflows/\${${name}}@${mode === 'plan' ? '*' : ON_BRANCH}"`;
  const further = (condition: string, name: string) => ifThen(condition, filled(`, ${at(name)}`), '');
  return ifThen(
    'HasWorkflows',
    filled(`,\n          "\${OidcIssuer}:job_workflow_ref": [${at('Workflow1')}\${Second}\${Third}]`, {
      Second: further('HasSecondWorkflow', 'Workflow2'),
      Third: further('HasThirdWorkflow', 'Workflow3'),
    }),
    '',
  );
}

/** All keys of one statement have to match. Where STS reads no further claims, audience and `sub` are all there is. */
function claims(mode: DeployMode): { readonly Exactly: Intrinsic; readonly Like: Intrinsic } {
  const numbers =
    ',\n          "${OidcIssuer}:repository_id": "${RepositoryId}",\n          "${OidcIssuer}:repository_owner_id": "${RepositoryOwnerId}"';
  const exactly =
    mode === 'plan'
      ? sub(numbers)
      : filled(`${numbers}\${InEnvironment}`, { InEnvironment: environmentClaim });
  const like = filled(`,\n          "\${OidcIssuer}:ref": [${refs[mode]}]\${FromWorkflow}`, {
    FromWorkflow: workflowClaim(mode),
  });
  return { Exactly: ifThen('HasClaims', exactly, ''), Like: ifThen('HasClaims', like, '') };
}

/**
 * The trust policy of a role that this repository's workflows assume by OIDC: one JSON text, because CloudFormation fills in no key
 * of a condition. `plan` trusts pull requests, the branch and its merge queue; `deploy` the branch, and there the environment if one
 * is given.
 */
export function githubTrustPolicy(mode: DeployMode): Intrinsic {
  const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "${mode === 'plan' ? 'GitHubPlans' : 'GitHubDeploys'}",
      "Effect": "Allow",
      "Principal": { "Federated": "\${Provider}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "\${OidcIssuer}:aud": "\${Audience}"\${Exactly}
        },
        "StringLike": {
          "\${OidcIssuer}:sub": [\${Subjects}]\${Like}
        }
      }
    }
  ]
}
`;
  // By `Ref`, a provider that the stack creates is there before the roles that name it.
  const existing = sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/${OidcIssuer}');
  const Provider = ifThen('CreatesProvider', ref('GitHubProvider'), existing);
  return filled(text, { Provider, Subjects: subjectsOf[mode], ...claims(mode) });
}
