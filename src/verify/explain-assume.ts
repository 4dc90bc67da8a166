import { explicitDenyRemedy, parseDenial } from '../problem/denial.ts';
import { normalizeStatements, statementsOf } from '../iam/compare-policy.ts';
import { defined } from '../base/defined.ts';
import { beforeAnyEnd } from '../iam/end-condition.ts';
import type { Statement } from '../iam/policy-document.ts';
import { isAllowed, namesPrincipal } from '../iam/evaluate-policy.ts';
import type { Expectations } from './expectations.ts';
import { explainGuard, final, noRole, type Explanation, type LiveAccess } from './explanation.ts';
import type { Refusal } from './observations.ts';
import { verifierSessionName } from '../iam/temporary-statement.ts';
import { externalIdsOf } from '../iam/trust-policy.ts';
import { parseArn, rootArn } from '../config/arn.ts';

/** Names the cause of a refused AssumeRole, for which STS has one code: by its message and the trust policy read back. */
export function explainAssumeDenial(refusal: Refusal, live: LiveAccess): Explanation {
  const { expectations, callerArn, role } = live;
  if (role === undefined) return { ...noRole(expectations), mendsByWaiting: false };
  const byCode = explainCode(refusal);
  if (byCode !== undefined) return byCode;
  const action = parseDenial(refusal.message)?.action;
  if (action === 'sts:TagSession' || action === 'sts:SetSourceIdentity')
    return final(
      `The credentials of this run carry ${action === 'sts:TagSession' ? 'session tags' : 'a source identity'} into every role, which the trust policy of ${role.name} does not take (${action}); Kolena is not concerned.`,
      'Run verification with credentials that carry none, or use `verify: simulate`.',
    );
  const guard = explainGuard(refusal, `sts:AssumeRole on ${role.arn}`);
  // The caller is what is denied; the role is only what it asks for.
  if (guard !== undefined)
    return {
      ...guard,
      remedy:
        explicitDenyRemedy(refusal.message) ??
        `Allow ${callerArn} to call sts:AssumeRole on ${role.arn} there.`,
    };
  const statements = statementsOf(role.trustPolicy).filter((statement) =>
    namesPrincipal(statement, namesOfCaller(callerArn)),
  );
  if (statements.length === 0)
    return {
      message: `The principal is not trusted: no statement of the trust policy of ${role.name} names ${callerArn}.`,
      remedy:
        'Run again; if the statement is gone again, see in CloudTrail who else calls UpdateAssumeRolePolicy on this role.',
      mendsByWaiting: false,
      untrusted: true,
    };
  return letsIn(live, expectations.externalId)
    ? mayStillSpread(role.arn, callerArn)
    : explainCondition(statements, expectations);
}

/** Whether the trust policy read back lets the caller in, with this external ID and the session name of the check. */
export function letsIn({ callerArn, role }: LiveAccess, externalId: string | undefined): boolean {
  if (role === undefined) return false;
  return isAllowed([role.trustPolicy], {
    action: 'sts:AssumeRole',
    principals: namesOfCaller(callerArn),
    context: defined({
      'sts:RoleSessionName': verifierSessionName,
      'aws:PrincipalArn': callerArn,
      'sts:ExternalId': externalId,
      ...beforeAnyEnd,
    }),
  });
}

function explainCondition(statements: readonly Statement[], { externalId, role: { name } }: Expectations) {
  const demanded = externalIdsOf(normalizeStatements({ Statement: statements }));
  if (demanded.length > 0 && !demanded.includes(externalId ?? ''))
    return final(
      `The external ID is another: the trust policy of ${name} demands "${demanded.join('" or "')}", the config has ${externalId === undefined ? 'none' : `"${externalId}"`}.`,
      'Set kolena-external-id to the one that Kolena uses, and apply.',
    );
  return final(
    `A condition of the trust policy of ${name} does not hold: ${JSON.stringify(statements.map(({ Condition }) => Condition))}.`,
    'Run `command: apply`, which writes the trust policy again.',
  );
}

function mayStillSpread(roleArn: string, callerArn: string): Explanation {
  return {
    message: `The trust policy read back lets ${callerArn} in, so either IAM has not spread it yet, or a guard above denies sts:AssumeRole on ${roleArn}: a service control policy (SCP), or the caller's own permissions boundary, session policy or explicit deny.`,
    remedy: `Raise verify-timeout; if that does not help, allow ${callerArn} to call sts:AssumeRole on ${roleArn} there.`,
    mendsByWaiting: true,
  };
}

function explainCode({ code, message }: Refusal): Explanation | undefined {
  if (code === 'RegionDisabled')
    return final(
      `STS is turned off in this region: ${message}`,
      'Activate STS for the region in IAM, or change aws-region.',
    );
  if (code === 'ExpiredToken')
    return final(
      `The credentials of this run have expired: ${message}`,
      'Sign in again, with a longer role-duration-seconds.',
    );
  if (/Throttl|TooManyRequests/.test(code))
    return final(`AWS throttles the account's calls: ${message}`, 'Run again when the account is quieter.');
  return undefined;
}

/** An ARN, and the account root that stands for it where a policy names the whole account. */
export function namesOfCaller(arn: string): string[] {
  const { partition = 'aws', accountId = '' } = parseArn(arn) ?? {};
  return [arn, rootArn({ partition, accountId })];
}
