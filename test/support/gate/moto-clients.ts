import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';

/** Header by which moto is told whose account a request belongs to. */
export const accountHeader = 'x-moto-account-id';

/** Clients that look into moto itself, past the gate: nothing is authorized or recorded. */
export interface MotoClients {
  iam(accountId: string): IAMClient;
  s3(accountId: string): S3Client;
}

/** Clients for a running moto. */
export function motoClients(endpoint: string): MotoClients {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
    // moto answers 500 where a thread reads what another one changes.
    maxAttempts: 4,
  };
  const iam = memoized((accountId) => asAccount(new IAMClient(config), accountId));
  const s3 = memoized((accountId) => asAccount(new S3Client({ ...config, forcePathStyle: true }), accountId));
  return { iam, s3 };
}

function asAccount<Client extends IAMClient | S3Client>(client: Client, accountId: string): Client {
  // Both clients take the middleware; the union of their stacks' types can't be called.
  const { middlewareStack } = client as IAMClient;
  middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[accountHeader] = accountId;
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
