import { explicitDenyRemedy, statementFor } from '../problem/denial.ts';
import { deletedPrincipalIn } from '../config/arn.ts';
import type { ObservedRole } from '../access/observed.ts';
import type { Problem } from '../problem/problem.ts';
import { samePolicy } from '../iam/compare-policy.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { expectedRoleArn, type Expectations } from './expectations.ts';
import { noRole } from './explanation.ts';
import type { Answer, Observations, Refusal } from './observations.ts';

interface Verifier extends Pick<Observations, 'mode' | 'callerArn'> {
  readonly expectations: Expectations;
  readonly role: ObservedRole | undefined;
}

/** How the caller gets into the role: by a temporary statement, as the permanent verifier, or not at all and why. */
export function wayIn(verifier: Verifier): 'temporary' | 'permanent' | Problem {
  const { mode, callerArn, expectations, role } = verifier;
  const { verifierArn } = expectations;
  if (mode === 'simulate')
    return {
      message: '`verify: simulate` changes nothing in AWS, so nobody assumed the role.',
      remedy: 'Use `verify: assume` to prove it.',
    };
  if (role === undefined) return noRole(expectations);
  if (callerArn.endsWith(':root'))
    return {
      message: 'AWS lets no root user assume a role.',
      remedy: 'Run with the credentials of a role or a user.',
    };
  if (verifierArn === undefined) return 'temporary';
  if (verifierArn === callerArn) return 'permanent';
  return {
    message: `Only ${verifierArn} is trusted as the verifier, and this run is ${callerArn}.`,
    remedy: 'Run verification with the credentials of verify-principal-arn, or unset it.',
  };
}

const notAsConfigured = 'NotAsConfigured';

/** The refusal to open a role that is not, or not yet, read as the one configured. */
export function notTrustedAsConfigured(roleName: string): Exclude<Answer<never>, { outcome: 'ok' }> {
  const message = `The trust policy of ${roleName} was not read as the config says, so the check wrote nothing to it.`;
  return { outcome: 'refused', refusal: { code: notAsConfigured, message } };
}

/** Whether a trust policy holds every statement that the config asks for; of others nothing is said. */
export function trustsAsConfigured(live: PolicyDocument, { role }: Expectations): boolean {
  return role.trustPolicy.Statement.every((wanted) =>
    live.Statement.some((one) => samePolicy({ Statement: [one] }, { Statement: [wanted] })),
  );
}

/** Why the temporary statement was not added. */
export function explainNotAdded(
  { code, message }: Refusal,
  { callerArn, expectations, role }: Omit<Verifier, 'mode'>,
): Problem {
  if (code === notAsConfigured)
    return {
      message: `${message} Either it is not Kolena's role, or IAM still answers by a former trust policy.`,
      remedy:
        'Run `command: apply`, which sets the trust policy right; after an apply run `command: verify` in a minute.',
    };
  if (code === 'LimitExceeded')
    return {
      message: `The trust policy of ${expectations.role.name} has no room for the statement of the check: ${message}`,
      remedy:
        "Raise the account's quota for role trust policies, or use verify-principal-arn or `verify: simulate`.",
    };
  if (code === 'MalformedPolicyDocument')
    return {
      message: `IAM does not take the trust policy with the statement of the check, for ${callerArn}: ${message}`,
      // A policy that names a principal that was deleted is refused whatever is added to it.
      remedy: deletedPrincipalIn(message)
        ? 'Run `command: apply`, which writes the trust policy again.'
        : 'Allow iam:GetRole on the role that this run uses, so that its ARN is found with its path.',
    };
  return {
    message: `This run is not allowed to add its statement to the trust policy (${code}): ${message}`,
    remedy:
      explicitDenyRemedy(message) ??
      statementFor(
        {
          Sid: 'AddTemporaryStatement',
          Action: 'iam:UpdateAssumeRolePolicy',
          Resource: role?.arn ?? expectedRoleArn(expectations),
        },
        'the permissions of the role that this run uses, or use verify-principal-arn or `verify: simulate`',
      ),
  };
}
