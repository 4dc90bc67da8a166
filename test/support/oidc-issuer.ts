import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

/** Claims of a token; `aud` is set by whoever asks for it, `exp` is in seconds since the epoch. */
export type Claims = Readonly<Record<string, unknown>>;

/** An OIDC issuer as GitHub's, and the endpoint by which a runner hands out its tokens. */
export interface OidcIssuer {
  /** Where its keys are, as `http://127.0.0.1:4444`. */
  readonly url: string;
  /** The tokens' `iss`: GitHub's own. */
  readonly iss: string;
  /** `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN` of a job whose tokens carry these claims. */
  env(claims: Claims): Record<string, string>;
  /** A signed token of 5 minutes, unless the claims say otherwise. */
  token(claims: Claims): Promise<string>;
  /** A token as above that a stranger's key has signed. */
  forgedToken(claims: Claims): Promise<string>;
  /** How many tokens the runner's endpoint has handed out. */
  readonly requests: number;
  stop(): Promise<void>;
}

/** Made once, since finding primes takes a processor up to a second. */
const keys = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);

/** Starts an issuer on a free port of 127.0.0.1. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const iss = 'https://token.actions.githubusercontent.com';
  const [ours, strangers] = await keys;
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const jobs = new Map<string, Claims>();
  let requests = 0;

  const sign = (claims: Claims, key: CryptoKey) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss, aud: 'sts.amazonaws.com', iat: now, nbf: now - 10, exp: now + 300, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' }).sign(key);
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', iss);
    const json = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/.well-known/openid-configuration')
      json(200, { issuer: iss, jwks_uri: `${iss}/.well-known/jwks` });
    else if (pathname === '/.well-known/jwks') json(200, { keys: [jwk] });
    else {
      const job = jobs.get(request.headers.authorization ?? '');
      if (job === undefined) {
        json(401, { message: 'Unauthorized' });
        return;
      }
      requests += 1;
      const audience = searchParams.get('audience');
      void sign({ ...(audience !== null && { aud: audience }), ...job }, ours.privateKey).then((value) =>
        json(200, { count: value.length, value }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    iss,
    get requests() {
      return requests;
    },
    env(claims) {
      const token = `job-${jobs.size + 1}`;
      jobs.set(`Bearer ${token}`, claims);
      return {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
      };
    },
    token: (claims) => sign(claims, ours.privateKey),
    forgedToken: (claims) => sign(claims, strangers.privateKey),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}
