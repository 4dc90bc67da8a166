import { humanDay, humanTime } from '../base/time.ts';
import { parseArn } from '../config/arn.ts';
import type { Warning } from './desired-access.ts';

/** One use of a role, its time in ISO 8601; nothing else of its event is kept. */
export interface RoleUse {
  readonly time: string;
  readonly region: string;
}

/** What CloudTrail says about Kolena assuming the role; `last` is absent when no such event was found. */
export interface TrailFinding {
  readonly last?: RoleUse;
  /** Regions that could not be searched to the end, with the reason. */
  readonly unsearched: readonly string[];
}

/** Days that CloudTrail keeps events: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
export const TRAIL_DAYS = 90;

const DAY = 24 * 60 * 60_000;

/**
 * Kolena's own successful `AssumeRole` in the JSON of an event, told by its account: a check's caller is of the role's own.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function kolenaUseIn(event: string, kolenaPrincipalArn: string): RoleUse[] {
  const { eventName, eventTime, awsRegion, errorCode, userIdentity } = readTrailEvent(event);
  const isKolena =
    userIdentity?.type === 'AWSAccount' && userIdentity.accountId === parseArn(kolenaPrincipalArn)?.accountId;
  if (eventName !== 'AssumeRole' || !isKolena || errorCode !== undefined) return [];
  if (typeof eventTime !== 'string' || typeof awsRegion !== 'string' || Number.isNaN(Date.parse(eventTime)))
    return [];
  return [{ time: eventTime, region: awsRegion }];
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
interface TrailEvent extends Readonly<Record<string, unknown>> {
  readonly userIdentity?: Partial<Readonly<Record<'type' | 'accountId' | 'arn' | 'invokedBy', unknown>>> & {
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: unknown } };
  };
}

/** An event by the JSON that CloudTrail gives of it; empty for what is not JSON. */
export function readTrailEvent(event: string): TrailEvent {
  try {
    return (JSON.parse(event) ?? {}) as TrailEvent;
  } catch {
    return {};
  }
}

interface UseProps {
  readonly trail: TrailFinding;
  /** When the role was made, and last used by anybody; what IAM does not say is absent. */
  readonly role: { readonly created?: string; readonly lastUsed?: RoleUse };
  readonly now: Date;
}

/** What a reader learns of it: a sentence for the report, one for the log alone, or a warning. */
export function tellUse({ trail, role, now }: UseProps): { note?: string; info?: string; warning?: Warning } {
  const { last, unsearched } = trail;
  const isOld = (time: string | undefined) =>
    time !== undefined && now.getTime() - Date.parse(time) > TRAIL_DAYS * DAY;
  if (last !== undefined)
    return { note: `Kolena last assumed the role on ${humanDay(last.time)}, in ${last.region}.` };
  if (unsearched.length === 0)
    return isOld(role.created)
      ? unused(`CloudTrail has no event of Kolena assuming the role in the last ${TRAIL_DAYS} days.`)
      : {
          note: 'CloudTrail has no event of Kolena assuming the role yet. That proves nothing: events can be late or missing.',
        };
  const used = role.lastUsed && humanDay(role.lastUsed.time);
  if (used !== undefined && isOld(role.lastUsed?.time))
    return unused(`Nobody has used the role since ${used}, so neither has Kolena.`);
  const anybody = used === undefined ? '' : ` The role was last used on ${used}, by Kolena or by a check.`;
  return {
    info: `It is not known when Kolena last assumed the role: CloudTrail was not read (${unsearched.join('; ')}).${anybody}`,
  };
}

function unused(message: string): { warning: Warning } {
  const remedy =
    'If Kolena no longer needs the access, end it: set `access-until`, or run `command: destroy`. Otherwise ask Kolena which role it uses.';
  return { warning: { id: 'not-used', message, remedy } };
}

/** Which call changed a resource, when and by whom, from an event's JSON; undefined when it changed nothing. */
export function lastChangeIn(event: string, resource: string): string | undefined {
  const { eventName, eventTime, readOnly, errorCode, userIdentity = {} } = readTrailEvent(event);
  if (readOnly !== false || errorCode !== undefined) return undefined;
  if (typeof eventName !== 'string' || typeof eventTime !== 'string') return undefined;
  // Rather the role than its session, whose name may be a person's address.
  const { arn, sessionContext, invokedBy, accountId } = userIdentity;
  const by = [sessionContext?.sessionIssuer?.arn, arn, invokedBy, accountId].find(
    (one) => typeof one === 'string',
  );
  return `The last change of ${resource} in CloudTrail: ${eventName} on ${humanTime(eventTime)}, by ${by ?? 'an unnamed caller'}.`;
}
