import type { ServerResponse } from 'node:http';
import type { Identity } from './identities.ts';
import type { AwsRequest } from './request.ts';

/** An event as CloudTrail keeps it. */
export interface TrailEvent {
  /** Whose trail holds it. */
  readonly accountId: string;
  readonly region: string;
  /** The role that it names as its resource. */
  readonly roleArn: string;
  /** Of the event, as in its JSON. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** What CloudTrail knows: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export interface Trail {
  add(event: TrailEvent): void;
  /** Takes note of an AssumeRole that was allowed. */
  noteAssumed(caller: Identity, roleArn: string, region: string): void;
  answer(request: AwsRequest, accountId: string, response: ServerResponse): void;
  /** Events of one page. @default 50 */
  pageSize: number;
}

interface Question {
  readonly LookupAttributes?: readonly { readonly AttributeKey: string; readonly AttributeValue: string }[];
  readonly StartTime?: number;
  readonly NextToken?: string;
}

/** An empty trail. */
export function openTrail(): Trail {
  const events: TrailEvent[] = [];
  const timeOf = ({ event }: TrailEvent) => Date.parse(String(event['eventTime']));
  const trail: Trail = {
    pageSize: 50,
    add: (event) => events.push(event),
    noteAssumed(caller, roleArn, region) {
      const accountId = roleArn.split(':')[4] ?? '';
      // Of a caller of another account the owner of the role learns the account alone.
      const userIdentity =
        caller.accountId === accountId
          ? { type: 'AssumedRole', accountId, arn: caller.arn }
          : { type: 'AWSAccount', accountId: caller.accountId, principalId: 'AROAEXAMPLE:kolena' };
      const eventTime = new Date().toISOString();
      const event = {
        eventName: 'AssumeRole',
        eventTime,
        awsRegion: region,
        userIdentity,
        sourceIPAddress: '198.51.100.7',
      };
      events.push({ accountId, region, roleArn, event });
    },
    answer({ body, region }, accountId, response) {
      const {
        LookupAttributes = [],
        StartTime = 0,
        NextToken = '0',
      } = JSON.parse(body.toString()) as Question;
      const [attribute] = LookupAttributes;
      const found = events
        .filter((one) => one.accountId === accountId && one.region === region)
        .filter(
          (one) => attribute?.AttributeKey === 'ResourceName' && one.roleArn === attribute.AttributeValue,
        )
        .filter((one) => timeOf(one) >= StartTime * 1000)
        .sort((one, other) => timeOf(other) - timeOf(one));
      const from = Number(NextToken);
      const page = found.slice(from, from + trail.pageSize);
      const more = from + page.length < found.length;
      const answered = JSON.stringify({
        Events: page.map(({ event }) => ({
          EventName: event['eventName'],
          CloudTrailEvent: JSON.stringify(event),
        })),
        ...(more && { NextToken: String(from + page.length) }),
      });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(answered);
    },
  };
  return trail;
}
