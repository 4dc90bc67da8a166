import { utcSecond } from '../base/time.ts';
import { parseArn } from '../config/arn.ts';
import { principalsOf, samePolicy } from './compare-policy.ts';
import { endCondition, endOf } from './end-condition.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';

/** The Sid of the statement that a check adds for its duration; a statement is a check's by its shape, not by this alone. */
export const temporarySid = 'KolenaVerifyTemporary';

/** The session name that the temporary statement demands. */
export const verifierSessionName = 'kolena-s3-access-verify';

/** An external ID that nobody gave out: with it the role must not be assumed. */
export const wrongExternalId = 'kolena-s3-access-wrong-external-id';

interface StatementProps {
  readonly principalArn: string;
  readonly externalId?: string | undefined;
  readonly expires: Date;
}

/** The statement that lets the caller in until `expires`, under one session name and with Kolena's external ID. */
export function temporaryStatement({ principalArn, externalId, expires }: StatementProps): Statement {
  return {
    Sid: temporarySid,
    Effect: 'Allow',
    Principal: { AWS: principalArn },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: {
        ...(externalId !== undefined && { 'sts:ExternalId': [externalId] }),
        'sts:RoleSessionName': verifierSessionName,
      },
      // After a crash the statement ends by itself.
      ...endCondition(utcSecond(expires)),
    },
  };
}

/** By what a statement is told to be a check's. */
export interface CheckContext {
  /** By AWS's clock, as far as it is known. */
  readonly now: Date;
  /** Of the role; without it no running check is known. */
  readonly accountId: string | undefined;
  readonly externalId: string | undefined;
}

/** Milliseconds that a statement can still have: `verify-timeout` is at most an hour, and five minutes come on top. */
const longest = 65 * 60_000;

/** Whether a check left the statement there: it bears the Sid, and has ended or is exactly what a check of this account adds. */
export function isTemporary(statement: Statement, context: CheckContext): boolean {
  return timeLeft(statement, context) <= 0 || isRunning(statement, context);
}

/** Whether a check whose time is not over has its statement there. */
export function isRunning(statement: Statement, context: CheckContext): boolean {
  const left = timeLeft(statement, context);
  const { now, accountId, externalId } = context;
  const [principalArn = ''] = principalsOf(statement).map((principal) => principal.replace(/^AWS:/, ''));
  const { service, accountId: account, resource = '' } = parseArn(principalArn) ?? {};
  const isCaller =
    account === accountId &&
    ((service === 'iam' && /^(?:role|user)\//.test(resource)) ||
      (service === 'sts' && resource.startsWith('assumed-role/')));
  if (!isCaller || !(left > 0 && left <= longest)) return false;
  const added = temporaryStatement({ principalArn, externalId, expires: new Date(now.getTime() + left) });
  return samePolicy({ Statement: [statement] }, { Statement: [added] });
}

/** The trust policy less what the Action's checks, running or killed half-way, added to it. */
export function withoutTemporary(trustPolicy: PolicyDocument, context: CheckContext): PolicyDocument {
  return {
    ...trustPolicy,
    Statement: trustPolicy.Statement.filter((statement) => !isTemporary(statement, context)),
  };
}

/** Whether a check of the Action, running or killed half-way, has a statement in the trust policy. */
export function hasTemporary({ Statement }: PolicyDocument, context: CheckContext): boolean {
  return Statement.some((statement) => isTemporary(statement, context));
}

/** Milliseconds until a statement that grants under the check's Sid ends; NaN for one without an end, and for any other. */
function timeLeft(statement: Statement, { now }: CheckContext): number {
  const isOfCheck = statement.Sid === temporarySid && statement.Effect === 'Allow';
  const end = isOfCheck ? endOf(statement) : undefined;
  return end === undefined ? NaN : Date.parse(end) - now.getTime();
}
