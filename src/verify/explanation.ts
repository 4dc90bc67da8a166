import type { Problem } from '../problem/problem.ts';
import { expectedRoleArn, type ExpectedLocation, type Expectations } from './expectations.ts';
import type { Observations, Refusal } from './observations.ts';
import { parseDenial, policyOf } from '../problem/denial.ts';

/** Why AWS refused, and what to do about it. */
export interface Explanation extends Problem {
  /** Whether IAM may still be spreading what was read back, so that asking again makes sense. */
  readonly mendsByWaiting: boolean;
  /** Whether the cause is that the trust policy read back does not name the caller. */
  readonly untrusted?: boolean;
}

/** What AWS holds when it is read back, against which a refusal is explained. */
export type LiveAccess = Pick<Observations, 'callerArn' | 'role' | 'policies'> & {
  readonly expectations: Expectations;
};

/** What S3 refused. */
export interface RefusedRead {
  readonly refusal: Refusal;
  readonly location: ExpectedLocation;
  /** Absent when the location could not be listed. */
  readonly key?: string;
}

/** An explanation that no waiting mends. */
export function final(message: string, remedy: string): Explanation {
  return { message, remedy, mendsByWaiting: false };
}

/** Why nobody gets in where AWS has no such role. */
export function noRole(expectations: Expectations): Problem {
  const message = `There is no role ${expectedRoleArn(expectations)}.`;
  return { message, remedy: 'Run `command: apply`, which creates it.' };
}

/** What a refusal is explained against: the last read-back, else the one before the check plus its temporary statement. */
export function liveAccessOf(expectations: Expectations, observations: Observations): LiveAccess {
  const { callerArn, duringCheck, role, policies, trust } = observations;
  if (duringCheck !== undefined) return { expectations, callerArn, ...duringCheck };
  if (role === undefined) return { expectations, callerArn, policies };
  const added = trust.statement === undefined ? [] : [trust.statement];
  const trustPolicy = { ...role.trustPolicy, Statement: [...role.trustPolicy.Statement, ...added] };
  return { expectations, callerArn, policies, role: { ...role, trustPolicy } };
}

/** What AWS's own message names as the reason, when that is above the role or around the bucket. */
export function explainGuard({ message }: Refusal, subject: string): Explanation | undefined {
  const denial = parseDenial(message);
  if (denial?.policyKind === undefined) return undefined;
  const { kind, policyKind } = denial;
  // The trust policy, and what the role's own policies lack, are read back to tell; they may only have to spread.
  if (policyKind === 'role trust policy' || (kind === 'implicit' && policyKind === 'identity-based policy'))
    return undefined;
  const reason =
    kind === 'implicit' ? `no ${policyKind} allows it` : `an explicit deny in ${policyOf(denial)} forbids it`;
  const lifted = kind === 'explicit' && !exempting.test(policyKind);
  const remedy = lifted
    ? `Take the Deny statement out of ${policyOf(denial)}, or exempt the role from it: no Allow overrides it.`
    : kind === 'implicit' && policyKind === 'resource-based policy'
      ? "Allow the role in the bucket's policy: in a bucket of another account, both accounts have to allow it."
      : (Object.entries(remedies).find(([name]) => policyKind.includes(name))?.[1] ??
        'See which policy denies it, and take out the denial.');
  return final(`AWS refuses ${subject}: ${reason}.`, remedy);
}

/** Whose remedies below help against an explicit deny too. */
const exempting = /service control|resource control|resource-based|identity-based/;

/** By AWS's word for the kind of policy. */
const remedies: Readonly<Record<string, string>> = {
  'service control':
    "Ask the organization's administrator to exempt the role from this service control policy (SCP).",
  'resource control':
    "Ask the organization's administrator to exempt the role from this resource control policy (RCP).",
  boundary: "Allow it in the role's permissions boundary, or set another permissions-boundary-arn.",
  'resource-based': "Exempt the role from the Deny statement of the bucket's policy, by aws:PrincipalArn.",
  'VPC endpoint': 'Allow the buckets in the policy of the VPC endpoint that this runner uses.',
  session: "Allow it in the session policy of this run's credentials.",
  'identity-based': 'Take the Deny statement out of the policies that are attached to the role.',
};
