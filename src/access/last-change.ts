import { humanTime } from '../base/time.ts';
import { readTrailEvent } from './role-use.ts';

/**
 * Who changed a resource, by the JSON of an event: a sentence of call, time and the caller's role or user, without the name of
 * a session, which may be a person's address. Undefined for an event that changed nothing.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function lastChangeIn(event: string, resource: string): string | undefined {
  const { eventName, eventTime, readOnly, errorCode, userIdentity = {} } = readTrailEvent(event);
  if (readOnly !== false || errorCode !== undefined) return undefined;
  if (typeof eventName !== 'string' || typeof eventTime !== 'string') return undefined;
  const { arn, sessionContext, invokedBy, accountId } = userIdentity;
  const by = [sessionContext?.sessionIssuer?.arn, arn, invokedBy, accountId].find(
    (one) => typeof one === 'string',
  );
  return `The last change of ${resource} in CloudTrail: ${eventName} on ${humanTime(eventTime)}, by ${by ?? 'an unnamed caller'}.`;
}
