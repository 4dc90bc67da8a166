import { GetAccountAuthorizationDetailsCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';

/** A role or user with what decides about its calls. */
export interface IamEntity {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  /** Identity policies, inline and managed, by name. */
  readonly policies: readonly { readonly name: string; readonly policy: PolicyDocument }[];
  readonly boundary?: PolicyDocument;
}

/** A role with who may assume it. */
export interface IamRole extends IamEntity {
  readonly trustPolicy: PolicyDocument;
  readonly attachedPolicies: number;
}

/** IAM of one account at one moment. */
export interface AccountState {
  readonly accountId: string;
  /** By lower-case name: IAM's names are unique ignoring case. */
  readonly roles: ReadonlyMap<string, IamRole>;
  readonly users: ReadonlyMap<string, IamEntity>;
}

/** Reads an account's IAM from moto. */
export async function readAccountState(iam: IAMClient, accountId: string): Promise<AccountState> {
  const details = await iam.send(new GetAccountAuthorizationDetailsCommand({}));
  const managed = new Map(
    (details.Policies ?? []).map(({ Arn, PolicyVersionList }) => [
      Arn ?? '',
      document(PolicyVersionList?.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document),
    ]),
  );
  const policies = (
    inline: readonly { PolicyName?: string | undefined; PolicyDocument?: string | undefined }[] = [],
    attached: readonly { PolicyArn?: string | undefined }[] = [],
  ) => [
    ...inline.map(({ PolicyName = '', PolicyDocument }) => ({
      name: PolicyName,
      policy: document(PolicyDocument),
    })),
    ...attached.flatMap(({ PolicyArn = '' }) => {
      const policy = managed.get(PolicyArn);
      return policy === undefined ? [] : [{ name: PolicyArn, policy }];
    }),
  ];
  const boundary = (arn: string | undefined) => {
    const found = arn === undefined ? undefined : managed.get(arn);
    return found === undefined ? {} : { boundary: found };
  };
  const roles = (details.RoleDetailList ?? []).map((role): IamRole => ({
    arn: role.Arn ?? '',
    id: role.RoleId ?? '',
    name: role.RoleName ?? '',
    policies: policies(role.RolePolicyList, role.AttachedManagedPolicies),
    ...boundary(role.PermissionsBoundary?.PermissionsBoundaryArn),
    trustPolicy: document(role.AssumeRolePolicyDocument),
    attachedPolicies: role.AttachedManagedPolicies?.length ?? 0,
  }));
  const users = (details.UserDetailList ?? []).map((user): IamEntity => ({
    arn: user.Arn ?? '',
    id: user.UserId ?? '',
    name: user.UserName ?? '',
    policies: policies(user.UserPolicyList, user.AttachedManagedPolicies),
    ...boundary(user.PermissionsBoundary?.PermissionsBoundaryArn),
  }));
  return {
    accountId,
    roles: new Map(roles.map((role) => [role.name.toLowerCase(), role])),
    users: new Map(users.map((user) => [user.name.toLowerCase(), user])),
  };
}

function document(text: string | undefined): PolicyDocument {
  if (text === undefined) return { Version: '2012-10-17', Statement: [] };
  return JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text) as PolicyDocument;
}
