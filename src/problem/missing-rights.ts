import type { Caller } from '../access/observed.ts';
import { parameters } from '../bootstrap/parameters.ts';
import { stackCommand, type StackChange } from '../bootstrap/stack-command.ts';
import { explicitDenyRemedy } from './denial-remedy.ts';
import { type MissingRight, statementFor } from './statement.ts';

/** Rights on names of the config that a run's role does not reach. */
export interface MissingRights {
  readonly caller: Pick<Caller, 'arn'>;
  /** What the stack of bootstrap.yaml has to learn. */
  readonly lists: StackChange['lists'];
  /** What another role has to be granted. */
  readonly right: MissingRight;
  /** AWS's message: an explicit deny in it needs another remedy than a right. @default none */
  readonly denied?: string;
}

const stackRoles: readonly string[] = [parameters.DeployRoleName.Default, parameters.PlanRoleName.Default];

/**
 * How the role of a run gets the rights: by an update of the stack for a role of the stack's default names, which a statement added by
 * hand would only help until the next update; by a statement for a user; and for a role of another name both, since either may be right.
 */
export function missingRightsRemedy({ caller, lists, right, denied = '' }: MissingRights): string {
  const explicit = explicitDenyRemedy(denied);
  if (explicit !== undefined) return explicit;
  const roleName = /:assumed-role\/([^/]+)\//.exec(caller.arn)?.[1];
  if (roleName === undefined)
    return statementFor(right, 'the permissions of the credentials that this run uses');
  const update = stackUpdate(roleName, lists);
  return stackRoles.includes(roleName)
    ? update
    : `${update}\nIf no stack made ${roleName}, there is none to update. ${statementFor(right)}`;
}

function stackUpdate(roleName: string, lists: StackChange['lists']): string {
  const renamed = Object.fromEntries(Object.entries(lists).filter(([name]) => name !== 'Buckets'));
  const afterwards =
    Object.keys(renamed).length === 0
      ? ''
      : `\nAfter the apply, this drops the former names:\n${stackCommand({ roleName, how: 'only', lists: renamed })}`;
  return (
    `Let an administrator of IAM update the stack of bootstrap.yaml that made ${roleName}, for both of its roles, in bash and in the stack's account and region:\n` +
    `${stackCommand({ roleName, how: 'add', lists })}\nThen run this job again.${afterwards}`
  );
}
