import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { Principal } from './gate/principal.ts';

/** The SDK's clients for an endpoint; a region is `us-east-1` unless it is given. */
export interface WorldClients {
  readonly iam: (principal: Principal) => IAMClient;
  readonly s3: (principal: Principal, region?: string) => S3Client;
  readonly sts: (principal: Principal) => STSClient;
  /** Closes their connections. */
  readonly destroy: () => void;
}

interface Config {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Principal['credentials'];
}

/** One client for the same credentials and region: a new one would resolve its configuration anew, and open a connection. */
export function worldClients(endpoint: string): WorldClients {
  const clients: { destroy(): void }[] = [];
  const kept = <Client extends { destroy(): void }>(make: (config: Config) => Client) => {
    const made = new Map<string, Client>();
    return ({ credentials }: Principal, region = 'us-east-1') => {
      const key = JSON.stringify([credentials, region]);
      const known = made.get(key);
      if (known !== undefined) return known;
      const client = make({ endpoint, region, credentials });
      made.set(key, client);
      clients.push(client);
      return client;
    };
  };
  return {
    iam: kept((config) => new IAMClient(config)),
    s3: kept((config) => new S3Client({ ...config, forcePathStyle: true })),
    sts: kept((config) => new STSClient(config)),
    destroy: () => {
      for (const client of clients) client.destroy();
    },
  };
}
