import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  type PolicyVersion,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  type RoleLastUsed,
} from '@aws-sdk/client-iam';

import type { AccessConfig } from '../../config/access-config.ts';
import type {
  AttachedPolicy,
  Caller,
  Observed,
  ObservedPolicy,
  ObservedRole,
} from '../../access/observed.ts';
import type { RoleUse } from '../../access/role-use.ts';
import { policyNameOf, policyNumberOf } from '../../access/our-policies.ts';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/errors.ts';
import { buildArn } from '../../config/arn.ts';
import { observeOtherPolicies } from './observe-other-policies.ts';
import { decodePolicyDocument } from '../policy-document.ts';
import { isCode, isDenied, notFromAws } from '../../problem/aws-error.ts';
import { missingRightsRemedy } from '../../problem/missing-rights.ts';

/** What names the role and its policies. */
export interface RoleQuestion {
  readonly iam: IAMClient;
  readonly caller: Caller;
  readonly names: Pick<AccessConfig, 'roleName' | 'policyName' | 'iamPath'>;
}

/** The role and our managed policies, as they stand now, those under former names last. */
export type RoleAndPolicies = Pick<Observed, 'role' | 'policies' | 'former'>;

/** Reads the role and our policies; throws a UserError `credentials` that says how to allow it when that is not allowed. */
export async function observeRole(question: RoleQuestion): Promise<RoleAndPolicies> {
  try {
    const role = await readRole(question);
    const policies = await readPolicies(question, role);
    if (role === undefined) return { policies };
    const { former, documents } = await observeOtherPolicies(question.iam, role, policies);
    return { role: { ...role, otherDocuments: documents }, policies: [...policies, ...former] };
  } catch (error) {
    if (isDenied(error)) throw mayNotRead(question, error);
    throw error;
  }
}

async function readRole({ iam, names }: RoleQuestion): Promise<ObservedRole | undefined> {
  const RoleName = names.roleName;
  try {
    const [{ Role }, attachedPolicies, inlinePolicyNames] = await Promise.all([
      iam.send(new GetRoleCommand({ RoleName })),
      attachedTo(iam, RoleName),
      inlineIn(iam, RoleName),
    ]);
    if (Role === undefined) throw notFromAws(`GetRole of ${RoleName}`);
    return {
      name: Role.RoleName ?? RoleName,
      arn: Role.Arn ?? '',
      roleId: Role.RoleId ?? '',
      path: Role.Path ?? '/',
      trustPolicy: decodePolicyDocument(Role.AssumeRolePolicyDocument),
      maxSessionDuration: Role.MaxSessionDuration ?? 3600,
      attachedPolicies,
      inlinePolicyNames,
      tags: Object.fromEntries((Role.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      ...defined({
        permissionsBoundaryArn: Role.PermissionsBoundary?.PermissionsBoundaryArn,
        created: Role.CreateDate?.toISOString(),
        lastUsed: useOf(Role.RoleLastUsed),
      }),
    };
  } catch (error) {
    if (isCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}

function useOf({ LastUsedDate: date, Region: region = '' }: RoleLastUsed = {}): RoleUse | undefined {
  return date && { time: date.toISOString(), region };
}

async function attachedTo(client: IAMClient, RoleName: string): Promise<AttachedPolicy[]> {
  const attached: AttachedPolicy[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client }, { RoleName }))
    for (const { PolicyName = '', PolicyArn = '' } of page.AttachedPolicies ?? [])
      attached.push({ name: PolicyName, arn: PolicyArn });
  return attached;
}

async function inlineIn(client: IAMClient, RoleName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListRolePolicies({ client }, { RoleName }))
    names.push(...(page.PolicyNames ?? []));
  return names;
}

/** Reads the attached policies with our names, then unattached ones by number until one is missing. */
async function readPolicies(
  { iam, caller, names }: RoleQuestion,
  role: ObservedRole | undefined,
): Promise<ObservedPolicy[]> {
  const numberOf = ({ name }: Pick<AttachedPolicy, 'name'>) => policyNumberOf(names.policyName, name) ?? 0;
  // An AWS managed policy of the same name is not Kolena's: its ARN holds no account.
  const isOurs = (policy: AttachedPolicy) =>
    numberOf(policy) > 0 && policy.arn.includes(`:${caller.accountId}:`);
  const attached = (role?.attachedPolicies ?? []).filter(isOurs);
  const taken = new Set(attached.map(numberOf));
  async function unattached(): Promise<ObservedPolicy[]> {
    const found: ObservedPolicy[] = [];
    for (let number = 1; ; number++) {
      if (taken.has(number)) continue;
      const resource = `policy${names.iamPath}${policyNameOf(names.policyName, number)}`;
      const policy = await readPolicy(iam, buildArn({ ...caller, service: 'iam', resource }), false);
      if (policy === undefined) return found;
      found.push(policy);
    }
  }
  const [others, ...ofRole] = await Promise.all([
    unattached(),
    ...attached.map(({ arn }) => readPolicy(iam, arn, true)),
  ]);
  return [...others, ...ofRole.flatMap((policy) => policy ?? [])].sort((a, b) => numberOf(a) - numberOf(b));
}

async function readPolicy(
  iam: IAMClient,
  arn: string,
  attached: boolean,
): Promise<ObservedPolicy | undefined> {
  try {
    const [{ Versions = [] }, { Policy }] = await Promise.all([
      iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn })),
      iam.send(new GetPolicyCommand({ PolicyArn: arn })),
    ]);
    const uses = (Policy?.AttachmentCount ?? 0) + (Policy?.PermissionsBoundaryUsageCount ?? 0);
    const numberOf = ({ VersionId = '' }: PolicyVersion) => Number(VersionId.slice(1));
    const oldestFirst = Versions.toSorted((one, other) => numberOf(one) - numberOf(other));
    const document = async ({ VersionId }: PolicyVersion) => {
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }));
      return decodePolicyDocument(PolicyVersion?.Document);
    };
    const current = Versions.find(({ IsDefaultVersion }) => IsDefaultVersion);
    // A policy has at most five versions; the provider makes room by deleting the oldest that is not the default.
    const oldest = Versions.length < 5 ? undefined : oldestFirst.find((version) => version !== current);
    if (current === undefined) return undefined;
    const [live, old] = await Promise.all([document(current), oldest && document(oldest)]);
    return {
      name: arn.slice(arn.lastIndexOf('/') + 1),
      arn,
      document: live,
      ...(old !== undefined && { oldestVersion: { id: oldest?.VersionId ?? '', document: old } }),
      attached,
      // The count may lag behind an attachment that was just made.
      usedElsewhere: Math.max(0, uses - Number(attached)),
    };
  } catch (error) {
    if (isCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}

function mayNotRead({ caller, names }: RoleQuestion, cause: unknown): UserError {
  const arnOf = (resource: string) => buildArn({ ...caller, service: 'iam', resource });
  const right = {
    Sid: 'ReadKolenaRole',
    Action: [
      'iam:GetRole',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'iam:GetPolicy',
      'iam:GetPolicyVersion',
      'iam:ListPolicyVersions',
    ],
    Resource: [
      arnOf(`role${names.iamPath}${names.roleName}`),
      arnOf(`policy${names.iamPath}${names.policyName}*`),
    ],
  };
  return new UserError({
    reason: 'credentials',
    message: `The credentials of this run are not allowed to read the role ${names.roleName} and its policies: ${(cause as Error).message}`,
    remedy: missingRightsRemedy({
      caller,
      lists: { RoleName: [names.roleName], PolicyName: [names.policyName] },
      right,
      denied: (cause as Error).message,
    }),
    cause,
  });
}
