import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An HTTP proxy that tunnels by CONNECT. */
export interface ConnectProxy {
  /** As `http://127.0.0.1:3128`. */
  readonly url: string;
  /** Host and port of each tunnel asked for. */
  readonly targets: readonly string[];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
}

export interface ConnectProxyProps {
  /** Where all tunnels lead, whatever host they name: `127.0.0.1:4444`; without it every tunnel is refused. */
  readonly to?: string;
  /** Status line of a refusal, as `407 Proxy Authentication Required`. */
  readonly refusal?: string;
}

export async function startConnectProxy({
  to,
  refusal = '502 Bad Gateway',
}: ConnectProxyProps): Promise<ConnectProxy> {
  const targets: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    authorizations.push(request.headers['proxy-authorization']);
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (to === undefined) {
      client.end(`HTTP/1.1 ${refusal}\r\nContent-Type: text/html\r\n\r\n<html>refused</html>`);
      return;
    }
    const upstream = connect(Number(to.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
