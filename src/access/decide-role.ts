import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';
import type { AccessConfig } from '../config/access-config.ts';
import type { DesiredRole } from './desired-access.ts';
import type { ObservedRole } from './observed.ts';
import { samePolicy } from '../iam/compare-policy.ts';
import { jsonLength, type PolicyDocument } from '../iam/policy-document.ts';
import { type CheckContext, isRunning, withoutTemporary } from '../iam/temporary-statement.ts';
import { otherPrincipals, trustPolicy } from '../iam/trust-policy.ts';

/** Characters, by default. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const TRUST_POLICY_SIZE = 2048;

/** The role as it shall be; throws `invalid-input` when the trust policy would be longer than AWS takes. */
export function decideRole(
  config: AccessConfig,
  live: ObservedRole | undefined,
  { verifierArn, checks }: { readonly verifierArn: string | undefined; readonly checks: CheckContext },
): DesiredRole {
  const trust = trustPolicy({
    principalArn: config.kolenaPrincipalArn,
    externalId: config.kolenaExternalId,
    verifierArn,
    accessUntil: config.accessUntil,
  });
  const size = jsonLength(trust);
  if (size > TRUST_POLICY_SIZE)
    throw new UserError({
      reason: 'invalid-input',
      message: `The trust policy would have ${size} characters, of which ${config.kolenaExternalId?.length ?? 0} are the external ID${verifierArn === undefined ? '' : ', which it holds twice because of verify-principal-arn'}; AWS takes ${TRUST_POLICY_SIZE}.`,
      remedy: 'Agree with Kolena on a shorter kolena-external-id.',
    });
  return {
    // IAM tells no names apart by case, Terraform does: another spelling would replace the role.
    name: live?.name ?? config.roleName,
    path: config.iamPath,
    description: 'Kolena assumes this role to read S3.',
    trustPolicy: besideChecks(trust, live?.trustPolicy, checks),
    maxSessionDuration: config.maxSessionDuration,
    ...defined({ permissionsBoundaryArn: config.permissionsBoundaryArn }),
    exists: live !== undefined,
  };
}

/** Keeps a running check's statement where the rest is as it should be; else it goes, and the check adds it again. */
function besideChecks(wanted: PolicyDocument, live: PolicyDocument | undefined, checks: CheckContext) {
  if (live === undefined || !samePolicy(withoutTemporary(live, checks), wanted)) return wanted;
  const running = live.Statement.filter((statement) => isRunning(statement, checks));
  return running.length === 0 ? wanted : { ...wanted, Statement: [...wanted.Statement, ...running] };
}

/** Throws `destroy-refused`, with the principals, for a role that others rely on. */
export function requireNoOtherPrincipals(
  role: ObservedRole,
  { kolenaPrincipalArn }: AccessConfig,
  checks: CheckContext,
): void {
  const others = otherPrincipals(role.trustPolicy, kolenaPrincipalArn, checks);
  if (others.length === 0) return;
  const names = others.map((principal) => principal.replace(/^AWS:(?!\*$)/, '')).join(', ');
  throw new UserError({
    reason: 'destroy-refused',
    message: `Role ${role.name} exists and trusts ${names}, not only ${kolenaPrincipalArn}: they would lose the role.`,
    remedy:
      'Choose another role-name, or, if these principals no longer need the role, set allow-destroy to true.',
  });
}
