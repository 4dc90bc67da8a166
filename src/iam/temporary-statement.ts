import { listOf } from './compare-policy.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';

/** The Sid of the statement that a check adds for its duration; whatever carries it is ours to take away. */
export const temporarySid = 'KolenaVerifyTemporary';

/** The session name that the temporary statement demands. */
export const verifierSessionName = 'kolena-s3-access-verify';

/** An external ID that nobody gave out: with it the role must not be assumed. */
export const wrongExternalId = 'kolena-s3-access-wrong-external-id';

interface TemporaryStatementProps {
  readonly principalArn: string;
  readonly externalId?: string | undefined;
  readonly expires: Date;
}

/** The statement that lets the caller in until `expires`, under one session name and with Kolena's external ID. */
export function temporaryStatement({
  principalArn,
  externalId,
  expires,
}: TemporaryStatementProps): Statement {
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
      // After a crash the statement ends by itself:
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime
      DateLessThan: { 'aws:CurrentTime': expires.toISOString().replace(/\.\d+Z$/, 'Z') },
    },
  };
}

/** The trust policy less what checks of ours added to it. */
export function withoutTemporary(trustPolicy: PolicyDocument): PolicyDocument {
  return { ...trustPolicy, Statement: trustPolicy.Statement.filter(({ Sid }) => Sid !== temporarySid) };
}

/** Whether a statement is that of a check which still runs; one that expired, or never ends, is a leftover. */
export function isRunning({ Sid, Condition }: Statement, now: Date): boolean {
  const [ends = ''] = listOf(Condition?.['DateLessThan']?.['aws:CurrentTime']);
  return Sid === temporarySid && Date.parse(ends) > now.getTime();
}

/** Whether a check of ours, running or killed half-way, has a statement in the trust policy. */
export function hasTemporary({ Statement }: PolicyDocument): boolean {
  return Statement.some(({ Sid }) => Sid === temporarySid);
}
