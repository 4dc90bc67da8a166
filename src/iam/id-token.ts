import { defined } from '../base/defined.ts';
import { isMapping } from '../base/mapping.ts';
import { buildArn, parsePrincipalArn } from '../config/arn.ts';
import type { PolicyDocument } from './policy-document.ts';

/** What AWS compares with a role's trust policy, of an OIDC token: nothing here is secret, the token's signature is left out. */
export interface IdTokenClaims {
  /** `https://token.actions.githubusercontent.com`, or `https://HOSTNAME/_services/token` of a GitHub Enterprise Server. */
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  /** What started the job, as `pull_request`; GitHub's tokens alone have it. */
  readonly event?: string;
  /** The branch, as `refs/heads/main`; GitHub's tokens alone have it. */
  readonly ref?: string;
}

/** Reads the claims of a JWT without checking its signature; `undefined` when it is none or lacks one of them. */
export function idTokenClaims(token: string): IdTokenClaims | undefined {
  try {
    const payload: unknown = JSON.parse(fromBase64Url(token.split('.')[1] ?? ''));
    if (!isMapping(payload)) return undefined;
    const { iss, aud, sub, event_name: event, ref } = payload;
    const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
    if (typeof iss !== 'string' || typeof audience !== 'string' || typeof sub !== 'string') return undefined;
    return defined({ iss, aud: audience, sub, event: textOf(event), ref: textOf(ref) });
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whose subject a token's is; `unmerged`: code that nobody has merged, `any`: jobs of a branch and of pull requests alike.
 * @example subjectScope({ iss, aud, sub: 'repo:octo/app:ref:refs/heads/main' }) // 'branch'
 */
export function subjectScope({ sub, event = '' }: IdTokenClaims) {
  if (/^pull_request(?:_target)?$|^merge_group$/.test(event)) return 'unmerged';
  if (/:pull_request(?::|$)|:ref:refs\/(?:pull|heads\/gh-readonly-queue)\//.test(sub)) return 'unmerged';
  if (/:environment:/.test(sub)) return 'environment';
  return /:ref:refs\/(?:heads|tags)\//.test(sub) ? 'branch' : 'any';
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** The trust policy that accepts exactly this token. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
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
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: claims.aud,
            [`${issuer}:sub`]: claims.sub,
            // A subject with an environment says nothing of the branch; AWS reads the claim of github.com alone.
            ...(claims.ref !== undefined &&
              issuer === 'token.actions.githubusercontent.com' && { [`${issuer}:ref`]: claims.ref }),
          },
        },
      },
    ],
  };
}

/** The subject without GitHub's immutable IDs, as trust policies of before 2026-07-15 name it. @example 'repo:octo@12/app@34:x' // 'repo:octo/app:x' */
export function subjectWithoutIds(sub: string): string | undefined {
  // https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  const match = /^(repo:[^@/:]+)@\d+(\/[^@/:]+)@\d+(:.*)?$/.exec(sub);
  return match === null ? undefined : `${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}`;
}
