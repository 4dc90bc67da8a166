import { missingRight, parseDenial, policyOf } from './denial.ts';
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
  return right === undefined
    ? `Ask the owner of ${policyOf(denial)} to lift its explicit deny: no other policy can override it.`
    : statementFor(right, addTo);
}
