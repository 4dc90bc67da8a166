import { GetRoleCommand, type IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import { decodePolicyDocument } from '../policy-document.ts';

/** Whose trust policy it is. */
export interface RoleTrust {
  readonly iam: IAMClient;
  readonly roleName: string;
}

/** One reading of a role's trust policy, which may tell of the time before the last write. */
export async function readTrust({ iam, roleName }: RoleTrust): Promise<PolicyDocument> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
  return decodePolicyDocument(Role?.AssumeRolePolicyDocument);
}

/** Replaces a role's trust policy. */
export async function writeTrust({ iam, roleName }: RoleTrust, document: PolicyDocument): Promise<void> {
  const PolicyDocument = JSON.stringify(document);
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument }));
}

/** Whether a reading holds this very statement: by name and end alone, which IAM keeps as they were written. */
export function holds({ Statement }: PolicyDocument, statement: Statement): boolean {
  return Statement.some((one) => isSame(one, statement));
}

/** A reading less this very statement. */
export function without(reading: PolicyDocument, statement: Statement): PolicyDocument {
  return { ...reading, Statement: reading.Statement.filter((one) => !isSame(one, statement)) };
}

function isSame(one: Statement, other: Statement): boolean {
  return (
    one.Sid === other.Sid &&
    JSON.stringify(one.Condition?.['DateLessThan']) === JSON.stringify(other.Condition?.['DateLessThan'])
  );
}
