import { text } from 'node:stream/consumers';
import { defined } from '../../base/defined.ts';
import type { RequestHandler } from './request-handler.ts';

/** An HTTP request that nobody signs, such as a browser's. */
export interface PlainRequest {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends it, waiting or under way. */
  readonly abortSignal?: AbortSignal | undefined;
}

export interface PlainResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a request that nobody signs by the handler of the AWS clients: same limit, proxy, certificates and timeouts; one try. */
export async function sendPlain(
  http: RequestHandler,
  { method, url, headers, body, abortSignal }: PlainRequest,
): Promise<PlainResponse> {
  const { protocol, hostname, pathname, search } = url;
  const request = {
    ...{ method, protocol, hostname, path: `${pathname}${search}`, query: {} },
    ...(url.port && { port: Number(url.port) }),
    headers: { host: url.host, ...headers },
    body,
  } as unknown as Parameters<RequestHandler['handle']>[0];
  const { response } = await http.handle(request, defined({ abortSignal }));
  const answer = await text(response.body as NodeJS.ReadableStream);
  return { status: response.statusCode, headers: response.headers, body: answer };
}
