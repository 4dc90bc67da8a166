import { buildArn, parsePrincipalArn } from '../config/arn.ts';
import type { PolicyDocument } from './policy-document.ts';

/** What AWS compares with a role's trust policy, of an OIDC token: nothing here is secret, the token's signature is left out. */
export interface IdTokenClaims {
  /** `https://token.actions.githubusercontent.com`, or `https://HOSTNAME/_services/token` of a GitHub Enterprise Server. */
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
}

/** Reads the claims of a JWT without checking its signature; `undefined` when it is none or lacks one of them. */
export function idTokenClaims(token: string): IdTokenClaims | undefined {
  try {
    const payload: unknown = JSON.parse(fromBase64Url(token.split('.')[1] ?? ''));
    if (typeof payload !== 'object' || payload === null) return undefined;
    const { iss, aud, sub } = payload as Record<string, unknown>;
    const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
    if (typeof iss !== 'string' || typeof audience !== 'string' || typeof sub !== 'string') return undefined;
    return { iss, aud: audience, sub };
  } catch {
    return undefined;
  }
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/**
 * The trust policy under which a role of that account accepts exactly this token
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html).
 */
export function acceptingTrustPolicy(claims: IdTokenClaims, roleArn: string): PolicyDocument {
  const { partition = 'aws', accountId = 'ACCOUNT_ID' } = parsePrincipalArn(roleArn) ?? {};
  const issuer = claims.iss.replace(/^https:\/\//, '');
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated: buildArn({ partition, service: 'iam', accountId, resource: `oidc-provider/${issuer}` }),
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${issuer}:aud`]: claims.aud, [`${issuer}:sub`]: claims.sub } },
      },
    ],
  };
}

/**
 * The subject that a trust policy of before 2026-07-15 names, when the token's carries GitHub's immutable owner and repository IDs.
 * @example subjectWithoutIds('repo:octo@12/app@34:ref:refs/heads/main') // 'repo:octo/app:ref:refs/heads/main'
 */
export function subjectWithoutIds(sub: string): string | undefined {
  // https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  const match = /^(repo:[^@/:]+)@\d+(\/[^@/:]+)@\d+(:.*)?$/.exec(sub);
  return match === null ? undefined : `${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}`;
}
