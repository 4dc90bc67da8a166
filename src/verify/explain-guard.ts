import { final, type Explanation } from './explanation.ts';
import type { Refusal } from './observations.ts';

/**
 * What AWS's own message names as the reason, when that is above the role or around the bucket.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function explainGuard({ message }: Refusal, subject: string): Explanation | undefined {
  const [, explicit] = /explicit deny in an? ([a-z ()-]*(?:policy|boundary))/i.exec(message) ?? [];
  const [, lacking] = /because no ([a-z ()-]*(?:policy|boundary)) allows/i.exec(message) ?? [];
  const guard = (explicit ?? lacking)?.toLowerCase();
  if (guard === undefined || (explicit === undefined && isRolesOwn(guard))) return undefined;
  const said =
    explicit === undefined
      ? `no ${guard} allows it`
      : `an explicit deny in ${article(guard)} stands against it`;
  const remedy =
    explicit === undefined && guard === 'resource-based policy'
      ? "Allow the role in the bucket's policy: in a bucket of another account, both accounts have to allow it."
      : (remedies.find(([name]) => guard.includes(name))?.[1] ??
        'See which policy denies it, and take out the denial.');
  return final(`AWS refuses ${subject}: ${said}.`, remedy);
}

/** What the role itself lacks may only have to spread; its policies and its trust policy are read back to tell. */
function isRolesOwn(guard: string): boolean {
  return guard === 'identity-based policy' || guard === 'role trust policy';
}

const remedies: readonly (readonly [string, string])[] = [
  [
    'service control',
    "Ask the organization's administrator to except the role from this service control policy (SCP).",
  ],
  [
    'resource control',
    "Ask the organization's administrator to except the role from this resource control policy (RCP).",
  ],
  [
    'boundary',
    "Allow reading the buckets in the role's permissions boundary, or set another permissions-boundary-arn.",
  ],
  ['resource-based', "Except the role from the Deny statement of the bucket's policy, by aws:PrincipalArn."],
  ['vpc endpoint', 'Allow the buckets in the policy of the VPC endpoint that this runner uses.'],
  ['session', "Allow it in the session policy of this run's credentials."],
  ['identity-based', 'Take the Deny statement out of the policies that are attached to the role.'],
];

function article(guard: string): string {
  return `${/^[aeiou]/.test(guard) ? 'an' : 'a'} ${guard}`;
}
