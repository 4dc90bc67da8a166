import { type Denial, missingRight, parseDenial, policyOf } from './denial.ts';
import { statementFor } from './statement.ts';

/**
 * What gets a denied call through: the statement to add, and to what, or who has to lift an explicit deny.
 * @example denialRemedy('… is not authorized to perform: iam:GetRole on resource: role R') // 'Add this statement to …'
 */
export function denialRemedy(message: string, addTo?: string): string {
  const denial = parseDenial(message);
  if (denial === undefined)
    return 'Compare the permissions of the role that this run uses with docs/deploy-role-policy.json.';
  const right = missingRight(denial);
  return right === undefined ? liftedDeny(denial) : statementFor(right, addTo);
}

/**
 * Who has to lift an explicit deny that AWS's message tells of, and how; `undefined` where it tells of none. No Allow
 * overrides one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html
 */
export function explicitDenyRemedy(message: string): string | undefined {
  const denial = parseDenial(message);
  return denial?.kind === 'explicit' ? liftedDeny(denial) : undefined;
}

function liftedDeny(denial: Denial): string {
  const { policyKind, principal } = denial;
  const caller = principal === undefined ? undefined : callerArn(principal);
  // A bucket's policy often denies all but a VPC endpoint: who else is to pass has to be exempt from the Deny itself.
  const exempt =
    policyKind === 'resource-based policy' && caller !== undefined
      ? ` Add this to the Condition of its Deny statement, with the role's path if it has one:\n${JSON.stringify({ ArnNotEquals: { 'aws:PrincipalArn': caller } })}`
      : '';
  return `Ask the owner of ${policyOf(denial)} to lift its explicit deny: no other policy can override it.${exempt}`;
}

/** The role of a session, as far as its ARN tells: a path is not in it. */
function callerArn(principal: string): string {
  return principal.replace(
    /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/,
    'arn:$1:iam::$2:role/$3',
  );
}
