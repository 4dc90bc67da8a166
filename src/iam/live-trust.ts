import { principalsOf, statementsOf } from './compare-policy.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';
import { temporarySidPrefix, verifierSid } from './trust-policy.ts';

/** Whether a principal of a trust policy, as `AWS:AROA…`, is the ID that AWS shows in place of a deleted one. */
export function isDeletedPrincipal(principal: string): boolean {
  return /^AWS:A(?:ID|RO)A[A-Z0-9]{12,}$/.test(principal);
}

/**
 * The principals, as `AWS:arn:…`, that a live trust policy lets in and that are neither Kolena's nor a verifier's,
 * whatever Sid lets them in: Kolena's former principal would lose the role as any other.
 */
export function foreignPrincipals(trust: PolicyDocument, kolenaPrincipalArn: string): string[] {
  const principals = statementsOf(trust)
    .filter((statement) => statement.Effect === 'Allow' && !isVerifiers(statement))
    .flatMap(principalsOf);
  return [...new Set(principals)].filter(
    (principal) => principal !== `AWS:${kolenaPrincipalArn}` && !isDeletedPrincipal(principal),
  );
}

/** The deleted principals that a live trust policy names in Kolena's place. */
export function deletedPrincipals(trust: PolicyDocument): string[] {
  const statements = statementsOf(trust).filter((statement) => !isVerifiers(statement));
  return [...new Set(statements.flatMap(principalsOf))].filter(isDeletedPrincipal);
}

/** A statement that verification added, for its duration or for good. */
function isVerifiers({ Sid = '' }: Statement): boolean {
  return Sid === verifierSid || Sid.startsWith(temporarySidPrefix);
}
