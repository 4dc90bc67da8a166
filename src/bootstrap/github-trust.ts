import type { DeployMode } from './deploy-role-actions.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';

/** The repository whose workflows may assume a role. */
export interface GitHubRepository {
  /** As `org/repo`. */
  readonly name: string;
  /**
   * Numbers of owner and repository, which GitHub puts into `sub` for repositories made, renamed or moved since 2026-07-15.
   * @default - any: the names alone decide
   */
  readonly ids?: { readonly owner: string; readonly repository: string };
  /** The branch that applies. */
  readonly branch: string;
  /**
   * The environment of the jobs that apply; GitHub then names it in `sub` instead of the branch.
   * @default - none
   */
  readonly environment?: string;
}

export interface GitHubTrustProps {
  readonly repository: GitHubRepository;
  /** `plan` trusts pull requests, the branch and its merge queue; `deploy` the environment, or without one the branch. */
  readonly mode: DeployMode;
  readonly providerArn: string;
  /** Issuer of the tokens without `https://`: `token.actions.githubusercontent.com`, or `HOST/_services/token`. */
  readonly issuer: string;
  readonly audience: string;
}

/**
 * The values of `sub` that a role accepts, in GitHub's old format and that of 2026.
 * https://docs.github.com/en/actions/reference/security/oidc
 * @example
 * subjectsOf({ name: 'o/r', ids: { owner: '1', repository: '2' }, branch: 'main' }, 'deploy')
 * // ['repo:o/r:ref:refs/heads/main', 'repo:o@1/r@2:ref:refs/heads/main']
 */
export function subjectsOf({ name, ids, branch, environment }: GitHubRepository, mode: DeployMode): string[] {
  const [owner = '', repository = ''] = name.split('/');
  const numbered = `${owner}@${ids?.owner ?? '*'}/${repository}@${ids?.repository ?? '*'}`;
  const onBranch = `ref:refs/heads/${branch}`;
  const inEnvironment =
    environment === undefined ? onBranch : `environment:${environment.replaceAll(':', '%3A')}`;
  // A merge queue runs its jobs on branches that GitHub makes, one for each group of pull requests:
  // https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
  const inQueue = `ref:refs/heads/gh-readonly-queue/${branch}/*`;
  const contexts = mode === 'plan' ? ['pull_request', onBranch, inQueue] : [inEnvironment];
  return [name, numbered].flatMap((repo) => contexts.map((context) => `repo:${repo}:${context}`));
}

/** The trust policy of a role that this repository's workflows assume by OIDC. */
export function githubTrustPolicy({
  repository,
  mode,
  providerArn,
  issuer,
  audience,
}: GitHubTrustProps): PolicyDocument {
  const subjects = subjectsOf(repository, mode);
  const subject = { [`${issuer}:sub`]: subjects };
  const hasPatterns = subjects.some((pattern) => pattern.includes('*'));
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: mode === 'plan' ? 'GitHubPlans' : 'GitHubDeploys',
        Effect: 'Allow',
        Principal: { Federated: providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: hasPatterns
          ? { StringEquals: { [`${issuer}:aud`]: audience }, StringLike: subject }
          : { StringEquals: { [`${issuer}:aud`]: audience, ...subject } },
      },
    ],
  };
}
