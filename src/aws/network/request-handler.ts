import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpsProxyAgent } from 'https-proxy-agent';
import pLimit from 'p-limit';
import { trustedCertificates } from './certificates.ts';
import type { Environment } from '../../base/environment.ts';
import { proxyFor, withoutSecrets } from './proxy.ts';

/** Sends what the AWS SDK's clients ask: one for all of them, so that its limit and its connections are shared. */
export type RequestHandler = Pick<
  NodeHttpHandler,
  'handle' | 'metadata' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

/** Calls in flight at any time, over all clients that share a handler. */
export const maxCallsInFlight = 16;

/** Milliseconds for one try of a call; none counts the time that it waits for its turn. */
const patience = { connectionTimeout: 5_000, requestTimeout: 30_000 };

/** The request handler that keeps the limit, goes through the proxy and trusts the certificates that `env` names. */
export function requestHandler(env: Environment, timeouts = patience): RequestHandler {
  // An agent's own maxTotalSockets counts idle connections too, so a seventeenth bucket's host would wait for ever.
  const limit = pLimit(maxCallsInFlight);
  const handlers = new Map<string, NodeHttpHandler>();

  function handlerFor(url: URL, proxy: URL | undefined): NodeHttpHandler {
    // Certificates take tens of milliseconds to read, so only TLS makes it do so.
    const secure = [url.protocol, proxy?.protocol].includes('https:');
    const key = `${secure ? 'TLS' : 'plain'} ${proxy?.href ?? ''}`;
    const known = handlers.get(key);
    if (known !== undefined) return known;
    const trust = secure ? trustedCertificates(env) : undefined;
    const handler = new NodeHttpHandler({
      ...timeouts,
      throwOnRequestTimeout: true,
      ...agents(proxy, trust),
    });
    handlers.set(key, handler);
    return handler;
  }

  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request, options) =>
      limit(async () => {
        const port = request.port === undefined ? '' : `:${request.port}`;
        const url = new URL(`${request.protocol}//${request.hostname}${port}`);
        const proxy = proxyFor(url, env);
        try {
          return await handlerFor(url, proxy).handle(request, options);
        } catch (error) {
          throw withRoute(error, url, proxy);
        }
      }),
    // Clients must not change what they share.
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function agents(
  proxy: URL | undefined,
  secureContext: SecureContext | undefined,
): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const trust = secureContext === undefined ? {} : { secureContext };
  if (proxy === undefined) {
    return {
      httpAgent: new HttpAgent({ keepAlive: true }),
      httpsAgent: new HttpsAgent({ keepAlive: true, ...trust }),
    };
  }
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true, ...trust });
  // The constructor's options hold for the way to the proxy alone; these hold for the way through it.
  Object.assign(agent.options, trust);
  agent.on('proxyConnect', (answer: { statusCode: number; statusText: string }, request: ClientRequest) => {
    if (answer.statusCode !== 200) request.destroy(refusedByProxy(proxy, answer));
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the handler takes any agent that speaks TLS
  return { httpAgent: agent, httpsAgent: agent };
}

/** Adds `host` and `proxy` to an error, in place: the SDK decides by its other properties whether to try again. */
function withRoute(error: unknown, url: URL, proxy: URL | undefined): unknown {
  if (!(error instanceof Error)) return error;
  return Object.assign(error, { host: url.host, ...(proxy && { proxy: withoutSecrets(proxy) }) });
}

/** Without it the proxy's refusal would read as if AWS had answered. */
function refusedByProxy(proxy: URL, answer: { statusCode: number; statusText: string }): Error {
  const message = `The proxy ${withoutSecrets(proxy)} answered ${answer.statusCode} ${answer.statusText}.`;
  return Object.assign(new Error(message), { code: 'ERR_PROXY_REFUSED', statusCode: answer.statusCode });
}
