import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';

import type { AccessConfig } from '../../config/access-config.ts';
import type { AttachedPolicy, Caller, ObservedPolicy, ObservedRole } from '../../access/observed.ts';
import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import { UserError } from '../../base/errors.ts';
import { isCode, isDenied, notFromAws } from '../../problem/aws-refusal.ts';
import { missingRightsRemedy } from '../../problem/missing-rights.ts';

/** What names the role and its policies. */
export interface RoleQuestion {
  readonly iam: IAMClient;
  readonly caller: Caller;
  readonly names: Pick<AccessConfig, 'roleName' | 'policyName' | 'iamPath'>;
}

/** The role and our managed policies, as they stand now. */
export interface RoleAndPolicies {
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
}

/** Reads the role and our policies; throws a UserError `credentials` that says how to let it when it may not. */
export async function observeRole(question: RoleQuestion): Promise<RoleAndPolicies> {
  try {
    const role = await readRole(question);
    return { ...(role !== undefined && { role }), policies: await readPolicies(question, role) };
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
      trustPolicy: parseDocument(Role.AssumeRolePolicyDocument),
      maxSessionDuration: Role.MaxSessionDuration ?? 3600,
      ...(Role.PermissionsBoundary?.PermissionsBoundaryArn !== undefined && {
        permissionsBoundaryArn: Role.PermissionsBoundary.PermissionsBoundaryArn,
      }),
      attachedPolicies,
      inlinePolicyNames,
    };
  } catch (error) {
    if (isCode(error, 'NoSuchEntity', 'NoSuchEntityException')) return undefined;
    throw error;
  }
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

/** Ours are those attached under our names, at whatever path, and the unattached ones: 1, 2, … until there is none. */
async function readPolicies(
  question: RoleQuestion,
  role: ObservedRole | undefined,
): Promise<ObservedPolicy[]> {
  const { iam, caller, names } = question;
  const attached = new Map(
    (role?.attachedPolicies ?? []).flatMap(({ name, arn }) => {
      const number = numberOf(name, names.policyName);
      // An AWS managed policy of the same name is not ours: its ARN holds no account.
      return number === undefined || !arn.includes(`:${caller.accountId}:`) ? [] : [[number, arn] as const];
    }),
  );
  const read = (arn: string, isAttached: boolean) => readPolicy(iam, arn, isAttached);
  async function unattached(): Promise<[number, ObservedPolicy][]> {
    const found: [number, ObservedPolicy][] = [];
    for (let number = 1; ; number++) {
      if (attached.has(number)) continue;
      const name = number === 1 ? names.policyName : `${names.policyName}-${number}`;
      const policy = await read(
        `arn:${caller.partition}:iam::${caller.accountId}:policy${names.iamPath}${name}`,
        false,
      );
      if (policy === undefined) return found;
      found.push([number, policy]);
    }
  }
  const ofRole = [...attached].map(async ([number, arn]) => [number, await read(arn, true)] as const);
  const numbered = (await Promise.all([unattached(), ...ofRole.map(async (entry) => [await entry])])).flat();
  return numbered
    .sort(([one], [other]) => one - other)
    .flatMap(([, policy]) => (policy === undefined ? [] : [policy]));
}

/** 1 for the policy name itself, n for `policy-name-n`; IAM's names differ by more than case. */
function numberOf(name: string, policyName: string): number | undefined {
  const [given, ours] = [name.toLowerCase(), policyName.toLowerCase()];
  if (given === ours) return 1;
  const [, digits] = given.startsWith(`${ours}-`)
    ? (/^([2-9]|[1-9]\d+)$/.exec(given.slice(ours.length + 1)) ?? [])
    : [];
  return digits === undefined ? undefined : Number(digits);
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
    const newestFirst = Versions.map(({ VersionId = '', IsDefaultVersion = false }) => ({
      VersionId,
      IsDefaultVersion,
    })).sort((one, other) => Number(other.VersionId.slice(1)) - Number(one.VersionId.slice(1)));
    const document = async ({ VersionId }: { VersionId: string }) => {
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }));
      return parseDocument(PolicyVersion?.Document);
    };
    const current = newestFirst.find(({ IsDefaultVersion }) => IsDefaultVersion);
    // A policy has at most five versions; the provider makes room by deleting the oldest that is not the default.
    const oldest =
      newestFirst.length < 5 ? undefined : newestFirst.findLast((version) => version !== current);
    if (current === undefined) return undefined;
    const former = newestFirst[newestFirst.indexOf(current) + 1];
    const [live, old, before] = await Promise.all([
      document(current),
      oldest && document(oldest),
      former && document(former),
    ]);
    return {
      name: arn.slice(arn.lastIndexOf('/') + 1),
      arn,
      document: live,
      versionIds: newestFirst.map(({ VersionId }) => VersionId),
      ...(oldest !== undefined &&
        old !== undefined && { oldestVersion: { id: oldest.VersionId, document: old } }),
      ...(before !== undefined && { formerDocument: before }),
      attached,
      // The count may lag behind an attachment that was just made.
      usedElsewhere: Math.max(0, uses - Number(attached)),
    };
  } catch (error) {
    if (isCode(error, 'NoSuchEntity', 'NoSuchEntityException')) return undefined;
    throw error;
  }
}

/** IAM answers with URL-encoded JSON, in which one statement may stand without its list. */
export function parseDocument(encoded: string | undefined): PolicyDocument {
  if (encoded === undefined) throw notFromAws('the question for a policy document');
  const document = JSON.parse(decodeURIComponent(encoded)) as PolicyDocument & {
    readonly Statement: Statement | readonly Statement[];
  };
  return { ...document, Statement: [document.Statement].flat() };
}

function mayNotRead({ caller, names }: RoleQuestion, cause: unknown): UserError {
  const arn = `arn:${caller.partition}:iam::${caller.accountId}`;
  const statement = {
    Sid: 'ReadKolenaRole',
    Effect: 'Allow',
    Action: [
      'iam:GetRole',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'iam:GetPolicy',
      'iam:GetPolicyVersion',
      'iam:ListPolicyVersions',
    ],
    Resource: [
      `${arn}:role${names.iamPath}${names.roleName}`,
      `${arn}:policy${names.iamPath}${names.policyName}*`,
    ],
  };
  return new UserError({
    reason: 'credentials',
    message: `The credentials of this run may not read the role ${names.roleName} and its policies: ${(cause as Error).message}`,
    remedy: missingRightsRemedy({
      caller,
      lists: { RoleName: [names.roleName], PolicyName: [names.policyName] },
      statement,
    }),
    cause,
  });
}
