import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { DeployMode } from '../../bootstrap/deploy-role-policy.ts';
import { repository } from './cache-folder.ts';
import { resolveTemplate, type Place, type Stack, type Template } from './cloudformation.ts';

/** `bootstrap.yaml` as it is committed. */
export const bootstrapYaml = readFileSync(join(repository, 'bootstrap.yaml'), 'utf8');

/** `bootstrap.yaml`, parsed. */
export const bootstrapTemplate = parse(bootstrapYaml) as Template;

/** Values for the parameters that have no default, as docs/setup.md shows them. */
export const exampleParameters = {
  Repository: 'my-org/my-repo',
  RepositoryId: '456789',
  RepositoryOwnerId: '123456',
  Buckets: 'share-with-kolena',
  OidcProvider: 'existing',
} as const;

/** The account of the examples. */
export const exampleAccount: Place = { accountId: '111122223333' };

/** The stack of bootstrap.yaml, in the account of the examples unless `place` names another. */
export const bootstrapStack = (
  parameters: Readonly<Record<string, string>> = {},
  place = exampleAccount,
): Stack => resolveTemplate(bootstrapTemplate, { ...exampleParameters, ...parameters }, place);

interface RoleProperties {
  readonly AssumeRolePolicyDocument: string;
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
}

const roleOf = ({ resources }: Stack, mode: DeployMode) =>
  resources[mode === 'plan' ? 'PlanRole' : 'DeployRole']?.Properties as unknown as RoleProperties;

/** The trust policy of one of the two roles. */
export const trustPolicyOf = (stack: Stack, mode: DeployMode): PolicyDocument =>
  JSON.parse(roleOf(stack, mode).AssumeRolePolicyDocument) as PolicyDocument;

/** What one of the two roles may do. */
export function permissionsOf(stack: Stack, mode: DeployMode): PolicyDocument {
  const [policy] = roleOf(stack, mode).Policies;
  if (policy === undefined) throw new Error('the role has no policy');
  return policy.PolicyDocument;
}
