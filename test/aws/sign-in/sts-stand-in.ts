import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';

import { startOidcIssuer } from '../../support/oidc-issuer.ts';
import { type LocalServer, serve } from '../local-server.ts';

/** What an account trusts: its OIDC provider and one role's trust policy. */
export interface Trust {
  /** The provider in IAM; the stand-in's own issuer by default. */
  readonly issuer?: string;
  readonly clientIds: readonly string[];
  readonly roleArn: string;
  readonly sub: string;
}

/** One call that reached STS. */
export interface StsCall {
  readonly action: string;
  readonly form: URLSearchParams;
  readonly accessKeyId: string | undefined;
}

/** An OIDC issuer as GitHub's, and an STS that verifies its tokens: signature, issuer, audience, expiry and subject. */
export interface StsStandIn {
  readonly url: string;
  readonly issuer: string;
  readonly calls: readonly StsCall[];
  /** Answers that come before any verdict: each is `[status, code, message]`. */
  readonly faults: [number, string, string][];
  trust: Trust;
  /** Seconds that issued sessions live. */
  sessionSeconds: number;
  token(claims: { sub: string; aud: string; expiresIn?: number; iss?: string }): Promise<string>;
  /** A token with right claims that another key has signed. */
  forgedToken(claims: { sub: string; aud: string }): Promise<string>;
  close(): Promise<void>;
}

export async function startSts(trust: Trust): Promise<StsStandIn> {
  const issuer = await startOidcIssuer();
  const jwks = createRemoteJWKSet(new URL(`${issuer.url}/.well-known/jwks`));
  const calls: StsCall[] = [];
  const issued = new Set<string>();

  async function refusal(form: URLSearchParams): Promise<[number, string, string] | undefined> {
    const fault = standIn.faults.shift();
    if (fault !== undefined) return fault;
    const token = form.get('WebIdentityToken') ?? '';
    const provider = standIn.trust.issuer ?? issuer.iss;
    const iss = decodeJwt(token).iss ?? '';
    if (iss !== provider) {
      return [400, 'InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${iss}`];
    }
    try {
      const { payload } = await jwtVerify(token, jwks, {
        issuer: provider,
        audience: [...standIn.trust.clientIds],
      });
      if (form.get('RoleArn') === standIn.trust.roleArn && payload.sub === standIn.trust.sub)
        return undefined;
      return [403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'];
    } catch (error) {
      if (error instanceof errors.JWTExpired) return [400, 'ExpiredTokenException', 'Token expired'];
      if (error instanceof errors.JWTClaimValidationFailed)
        return [400, 'InvalidIdentityToken', 'Incorrect token audience'];
      return [400, 'InvalidIdentityToken', "Couldn't verify the signature of the token"];
    }
  }

  const server: LocalServer = await serve(async (request, response, body) => {
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
    calls.push({ action, form, accessKeyId });
    const [, , , , account = '', role = ''] = standIn.trust.roleArn.replace(':role/', ':').split(':');
    const refused =
      action === 'AssumeRoleWithWebIdentity'
        ? await refusal(form)
        : issued.has(accessKeyId ?? '')
          ? undefined
          : ([
              403,
              'InvalidClientTokenId',
              'The security token included in the request is invalid.',
            ] as const);
    if (refused !== undefined) {
      const [status, code, message] = refused;
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
      return;
    }
    const session = `arn:aws:sts::${account}:assumed-role/${role}/${form.get('RoleSessionName') ?? 'session'}`;
    const key = `ASIA${String(issued.size + 1).padStart(16, '0')}`;
    const expiration = new Date(Date.now() + standIn.sessionSeconds * 1000).toISOString();
    const result =
      action === 'AssumeRoleWithWebIdentity'
        ? `<Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret-of-${key}</SecretAccessKey>` +
          `<SessionToken>token-of-${key}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`
        : `<Account>${account}</Account><Arn>${session}</Arn><UserId>AROA:session</UserId>`;
    if (action === 'AssumeRoleWithWebIdentity') issued.add(key);
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
  });

  const claimsOf = ({ expiresIn = 300, ...claims }: Parameters<StsStandIn['token']>[0]) => ({
    ...claims,
    exp: Math.floor(Date.now() / 1000) + expiresIn,
  });

  const standIn: StsStandIn = {
    url: server.url,
    issuer: issuer.iss,
    calls,
    faults: [],
    trust,
    sessionSeconds: 3600,
    token: (claims) => issuer.token(claimsOf(claims)),
    forgedToken: (claims) => issuer.forgedToken(claimsOf(claims)),
    close: async () => {
      await Promise.all([server.close(), issuer.stop()]);
    },
  };
  return standIn;
}
