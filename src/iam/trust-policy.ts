import type { PolicyDocument, Statement } from './policy-document.ts';

/** The Sid that marks Kolena's statement, as on Kolena's page. */
export const kolenaSid = 'KolenaAssumeRole';

/** The Sid of a permanent verifier's statement. */
export const verifierSid = 'KolenaVerifier';

/** What the Sid of a temporary verification statement begins with; `KolenaVerifier` does not. */
export const temporarySidPrefix = 'KolenaVerify';

interface TrustPolicyProps {
  readonly principalArn: string;
  /** @default none: whoever speaks for the principal may assume the role */
  readonly externalId?: string | undefined;
  /**
   * A permanent verifier that is trusted beside Kolena, under the same external ID.
   * @default none
   */
  readonly verifierArn?: string | undefined;
}

/** The role's trust policy: Kolena's page's document, and nobody else unless a verifier is named. */
export function trustPolicy({ principalArn, externalId, verifierArn }: TrustPolicyProps): PolicyDocument {
  const statements = [trustStatement(kolenaSid, principalArn, externalId)];
  if (verifierArn !== undefined) statements.push(trustStatement(verifierSid, verifierArn, externalId));
  return { Version: '2012-10-17', Statement: statements };
}

function trustStatement(sid: string, principalArn: string, externalId: string | undefined): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: principalArn },
    Action: 'sts:AssumeRole',
    ...(externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': [externalId] } } }),
  };
}
