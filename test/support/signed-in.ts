import { awsClients, type AwsClients } from '../../src/aws/clients.ts';
import type { Caller } from '../../src/access/observed.ts';
import type { Log } from '../../src/base/log.ts';
import type { Principal } from './gate/principal.ts';
import { customerAccountId, type World } from './world.ts';

/** What the AWS edge is handed once somebody is signed in. */
export interface SignedIn {
  readonly clients: AwsClients;
  readonly caller: Caller;
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** Somebody of the customer's account, signed in; `tell` gets each line of the log. */
export function signedIn(world: World, as: Principal, tell: (line: string) => void): SignedIn {
  const env = world.env(as);
  const credentials = () => Promise.resolve(as.credentials);
  return {
    clients: awsClients({ region: 'us-east-1', env, credentials, bucketOwner: customerAccountId }),
    caller: { accountId: customerAccountId, partition: 'aws', arn: as.arn },
    env,
    log: { info: tell, warning: tell, group: (_, work) => work() },
  };
}
