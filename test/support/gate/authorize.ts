import type { Simulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import type { IamEntity } from './account-state.ts';
import type { AwsError } from './aws-error.ts';
import type { Identity } from './identities.ts';
import { boundaryOf, type Organization } from './organization.ts';
import type { NeededPermission } from './permissions.ts';
import { decide, type Decision } from './policy-engine.ts';
import { relevantPolicy } from './relevant-policy.ts';

/** A question to the policy engine. */
export interface AccessQuestion {
  readonly identity: Identity;
  /** Absent for a root, or when the role does not exist (any more). */
  readonly entity?: IamEntity | undefined;
  readonly permission: NeededPermission;
  readonly resourceAccountId: string;
  /** Trust policy, bucket policy or key policy. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** @default none */
  readonly organization?: Organization | undefined;
  /** Tags of the resource that conditions look at. @default none */
  readonly resourceTags?: Readonly<Record<string, string>> | undefined;
}

/** `undefined` when allowed, else AWS's `AccessDenied` with the reason that AWS gives. */
export async function refusalOf(question: AccessQuestion): Promise<AwsError | undefined> {
  const { identity, permission } = question;
  const ownRoot = identity.kind === 'root' && identity.accountId === question.resourceAccountId;
  if (ownRoot && question.resourcePolicy === undefined) return undefined;
  const result = await decide(simulationOf(question));
  if (result.overallResult === 'Allowed') return undefined;
  const analysis = result.resultType === 'single' ? result.result.analysis : result.results[0]?.analysis;
  const shown = permission.action === 'sts:AssumeRole' ? permission.resource : `"${permission.resource}"`;
  const why = analysis === undefined ? '' : ` ${reason(analysis, permission.action)}`;
  const message = `User: ${identity.arn} is not authorized to perform: ${permission.action} on resource: ${shown}${why}`;
  return { status: 403, code: 'AccessDenied', message };
}

type Analysis = Extract<Decision, { resultType: 'single' }>['result']['analysis'];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function reason(analysis: Analysis, action: string): string {
  if (analysis.rcpAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in a resource control policy';
  const { identityAnalysis, resourceAnalysis, sessionAnalysis, permissionBoundaryAnalysis } = analysis;
  if (action === 'sts:AssumeRole' && resourceAnalysis?.result !== 'Allowed')
    return resourceAnalysis?.result === 'ExplicitlyDenied'
      ? 'with an explicit deny in the role trust policy'
      : 'because no role trust policy allows the sts:AssumeRole action';
  if (resourceAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in a resource-based policy';
  if (identityAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in an identity-based policy';
  if (sessionAnalysis !== undefined && sessionAnalysis.result !== 'Allowed') {
    return `because no session policy allows the ${action} action`;
  }
  if (identityAnalysis?.result !== 'Allowed')
    return `because no identity-based policy allows the ${action} action`;
  if (permissionBoundaryAnalysis !== undefined && permissionBoundaryAnalysis.result !== 'Allowed') {
    return `because no permissions boundary allows the ${action} action`;
  }
  return `because no resource-based policy allows the ${action} action`;
}

function simulationOf({
  identity,
  entity,
  permission,
  resourceAccountId,
  resourcePolicy,
  organization,
  resourceTags = {},
}: AccessQuestion): Simulation {
  const boundary = boundaryOf(organization, { caller: identity.accountId, owner: resourceAccountId });
  const tags = Object.entries(resourceTags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const);
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const policies = {
    identityPolicies:
      identity.kind === 'root'
        ? [{ name: 'root', policy: everything }]
        : (entity?.policies ?? []).map(({ name, policy }) => ({
            name,
            policy: relevantPolicy(policy, permission.resource),
          })),
    ...(identity.sessionPolicy && { sessionPolicy: identity.sessionPolicy }),
    ...(entity?.boundary && { permissionBoundaryPolicies: [{ name: 'boundary', policy: entity.boundary }] }),
    ...(resourcePolicy && { resourcePolicy }),
    serviceControlPolicies: [],
    resourceControlPolicies: boundary.resourceControlPolicies,
  };
  // Told to nobody who does not ask, so that the same question is the same at any time.
  const looksAtTime = /aws:CurrentTime/i.test(JSON.stringify(policies));
  return {
    ...policies,
    request: {
      principal: identity.arn,
      action: permission.action,
      resource: { resource: permission.resource, accountId: resourceAccountId },
      contextVariables: {
        ...(looksAtTime && { 'aws:CurrentTime': new Date().toISOString() }),
        'aws:PrincipalArn': identity.identityArn,
        'aws:PrincipalAccount': identity.accountId,
        'aws:SecureTransport': 'true',
        ...(identity.place ?? { 'aws:SourceIp': '127.0.0.1' }),
        ...boundary.context,
        ...Object.fromEntries(tags),
        ...permission.context,
      },
    },
  };
}
