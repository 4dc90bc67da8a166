import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import { accountHeader } from './moto-clients.ts';
import type { AwsRequest } from './request.ts';

/** moto's answer. */
export interface MotoAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Where moto is, and whose account the call belongs to. */
export interface MotoCall {
  readonly endpoint: string;
  readonly agent: Agent;
  readonly accountId: string;
}

/** Passes a request on as it came, with the account named. */
export function callMoto(request: AwsRequest, { endpoint, agent, accountId }: MotoCall): Promise<MotoAnswer> {
  // The body is here already: moto need not be asked whether it wants it. A host name with the bucket in it would
  // make moto look for the bucket there, and the path has it already.
  const headers = Object.entries(request.headers).filter(([name]) => name !== 'expect' && name !== 'host');
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      new URL(endpoint),
      {
        method: request.method,
        path: request.url,
        headers: { ...Object.fromEntries(headers), [accountHeader]: accountId },
        agent,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 500,
            headers: response.headers,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    call.on('error', reject);
    call.end(request.body);
  });
}
