import { STSClient } from '@aws-sdk/client-sts';
import { TRAIL_DAYS } from '../../access/role-use.ts';
import type { Clock } from '../../base/clock.ts';
import type { Environment } from '../../base/environment.ts';
import { partitionOfRegion } from '../../config/arn.ts';
import { endpointOf, type AwsClients } from '../clients.ts';
import { sendPlain } from '../network/plain-request.ts';

/** Which resource's events are looked up, and where. */
export interface Lookup {
  readonly clients: AwsClients;
  readonly env: Environment;
  readonly clock: Clock;
  readonly region: string;
  /** As CloudTrail names it: a role's ARN for what assumes it, its name for what changes it. */
  readonly resourceName: string;
}

/** More than any role has in 90 days. */
const MOST_PAGES = 100;

/** Milliseconds: CloudTrail takes two calls a second in an account and region. */
const PACE = 500;
const pauses = [1000, 2000, 4000, 8000];

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
interface Page {
  readonly Events?: readonly { readonly CloudTrailEvent?: string }[];
  readonly NextToken?: string;
}

/** Events of a resource as JSON, newest first, by page. Throws an Error, with AWS's code, unless all can be read. */
export async function* lookUpEvents(lookup: Lookup): AsyncGenerator<readonly string[]> {
  const { clock, resourceName } = lookup;
  const question = {
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: resourceName }],
    StartTime: Math.floor(clock.now() / 1000) - TRAIL_DAYS * 24 * 60 * 60,
    MaxResults: 50,
  };
  let next: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (pages > 0) await clock.sleep(PACE);
    const { Events = [], NextToken } = await ask(lookup, { ...question, NextToken: next });
    yield Events.flatMap(({ CloudTrailEvent }) => CloudTrailEvent ?? []);
    if (NextToken === undefined) return;
    next = NextToken;
  }
  throw new Error(`more than ${MOST_PAGES} pages`);
}

async function ask(lookup: Lookup, question: object, [pause, ...later] = pauses): Promise<Page> {
  const { status, body } = await send(lookup, JSON.stringify(question));
  if (status === 200) return JSON.parse(body) as Page;
  const code = /"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"/.exec(body)?.[1] ?? `HTTP ${status}`;
  const isPassing = /throttl|toomanyrequests/i.test(code) || status === 429 || status >= 500;
  if (!isPassing || pause === undefined) throw new Error(code);
  await lookup.clock.sleep(pause);
  return ask(lookup, question, later);
}

/** Signed by the SDK's own signer: CloudTrail's client would add 82 KB for one call. */
async function send({ clients, env, region }: Lookup, body: string) {
  const suffix = partitionOfRegion(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(endpointOf('CLOUDTRAIL', env).endpoint ?? `https://cloudtrail.${region}.${suffix}`);
  const { credentials, systemClockOffset } = clients.iam.config;
  // A client of its own: a signer keeps the first region that it signs for.
  const { config } = new STSClient({ region, credentials, systemClockOffset });
  const signer = await config.signer({
    name: 'sigv4',
    signingName: 'cloudtrail',
    signingRegion: region,
    properties: {},
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    query: {},
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    },
    body,
  });
  return sendPlain(clients.http, { method: 'POST', url, headers, body });
}
