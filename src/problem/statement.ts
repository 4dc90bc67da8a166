import type { Statement } from '../iam/policy-document.ts';

/** What a statement has to allow. */
export type MissingRight = Omit<Statement, 'Effect'>;

/** Whose permissions a statement belongs to, unless a caller knows better. */
const permissionsOfRun = 'the permissions of the role that this run uses';

/** A remedy that prints the statement to add. @example statementFor({ Action: 's3:GetObject', Resource: '*' }, 'the key policy') */
export function statementFor(right: MissingRight, to = permissionsOfRun): string {
  const { Sid, Principal, ...rest } = right;
  // In the order in which AWS writes a statement; JSON leaves out what is undefined.
  const statement = { Sid, Effect: 'Allow', Principal, ...rest };
  return `Add this statement to ${to}:\n${JSON.stringify(statement, null, 2)}`;
}
