import { defined } from '../base/defined.ts';
import { bucketArn } from '../config/arn.ts';
import { listOf, statementsOf } from '../iam/compare-policy.ts';
import { beforeAnyEnd } from '../iam/end-condition.ts';
import { isAllowed } from '../iam/evaluate-policy.ts';
import { expectedRoleArn } from './expectations.ts';
import { explainGuard, final, type Explanation, type RefusedRead, type LiveAccess } from './explanation.ts';
import { explainKms, isAboutKms } from './explain-kms.ts';
import type { Refusal } from './observations.ts';

/** Names the cause of a refused ListObjectsV2 or GetObject, by S3's message and the policies read back. */
export function explainS3Denial(refused: RefusedRead, live: LiveAccess): Explanation {
  const { refusal, location, key } = refused;
  const subject =
    key === undefined ? `s3:ListBucket on ${location.name}` : `s3:GetObject on ${location.bucket}/${key}`;
  if (isAboutKms(refusal)) return explainKms(refused, live);
  const byCode = explainCode(refused);
  if (byCode !== undefined) return byCode;
  const guard = explainGuard(refusal, subject);
  if (guard !== undefined) return guard;
  if (refusal.status !== 403)
    return final(
      `S3 answers ${subject} with ${refusal.code}: ${refusal.message}`,
      'Run again; if it stays, look the code up in the S3 error list.',
    );
  const detached = detachedPolicies(live);
  if (detached.length > 0)
    return final(
      `${detached.join(', ')} ${detached.length === 1 ? 'is' : 'are'} not attached to ${live.expectations.role.name}, so nothing grants ${subject}.`,
      'Run `command: apply`, which attaches it.',
    );
  return grants(refused, live) ? mayStillSpread(subject, live) : notGranted(subject, live);
}

/** Whether a read failed for this object alone: archived, deleted since, or encrypted with its writer's key (SSE-C). */
export function concernsObjectAlone({ code, message }: Refusal): boolean {
  return code === 'InvalidObjectState' || code === 'NoSuchKey' || isCustomerEncrypted({ code, message });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html */
function isCustomerEncrypted({ code, message }: Refusal): boolean {
  return code === 'InvalidRequest' && /form of Server Side Encryption/i.test(message);
}

/** The policies that the plan wants attached and that are missing or not attached. */
export function detachedPolicies({ expectations, policies }: LiveAccess): string[] {
  const attached = new Set(
    policies.filter((policy) => policy.attached).map(({ name }) => name.toLowerCase()),
  );
  return expectations.policies.map(({ name }) => name).filter((name) => !attached.has(name.toLowerCase()));
}

function grants({ location, key }: RefusedRead, { expectations, policies }: LiveAccess): boolean {
  const bucket = bucketArn(location.bucket, expectations);
  const documents = policies.filter(({ attached }) => attached).map(({ document }) => document);
  const context = defined({ 's3:prefix': location.prefix, ...beforeAnyEnd });
  return key === undefined
    ? isAllowed(documents, { action: 's3:ListBucket', resource: bucket, context })
    : isAllowed(documents, { action: 's3:GetObject', resource: `${bucket}/${key}`, context: beforeAnyEnd });
}

function notGranted(subject: string, { policies, expectations }: LiveAccess): Explanation {
  const resources = policies
    .filter(({ attached }) => attached)
    .flatMap(({ document }) => statementsOf(document))
    .flatMap(({ Resource, Condition }) => [
      ...listOf(Resource),
      ...listOf(Condition && JSON.stringify(Condition)),
    ]);
  const shown = resources.slice(0, 6).join(', ') + (resources.length > 6 ? ', …' : '');
  return final(
    `The policies of ${expectations.role.name} do not grant ${subject}; they name ${shown}.`,
    'Run `command: apply`, which writes the policies again.',
  );
}

function mayStillSpread(subject: string, { expectations, role }: LiveAccess): Explanation {
  const { permissionsBoundaryArn: arn } = role ?? {};
  const boundary = arn === undefined ? '' : `the permissions boundary ${arn}, `;
  return {
    message: `The policies read back grant ${subject}, so either IAM has not spread them yet, or something else denies it: ${boundary}a service control policy (SCP), the bucket's policy, a condition on tags in a bucket with ABAC, other ownership of the object.`,
    remedy: `Raise verify-timeout; if that does not help, allow ${role?.arn ?? expectedRoleArn(expectations)} there.`,
    mendsByWaiting: true,
  };
}

function explainCode({ refusal, location, key = '' }: RefusedRead): Explanation | undefined {
  const { code, message } = refusal;
  const object = `s3://${location.bucket}/${key}`;
  switch (code) {
    case 'NoSuchBucket':
      return final(
        `There is no bucket named ${location.bucket}.`,
        'Correct the name under buckets, or create the bucket.',
      );
    case 'NoSuchKey':
      return final(`There is no object ${object}.`, 'Set verify-object to an object that exists.');
    case 'InvalidObjectState':
      return final(
        `${object} is archived: ${message}`,
        'Set verify-object to an object that is not archived.',
      );
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
      return final(
        `${location.bucket} was asked for in the wrong region: ${message}`,
        'Run again: the region is read again.',
      );
    case 'ExpiredToken':
      return final(
        `The session of the check has expired: ${message}`,
        'Lower verify-timeout below 900 seconds.',
      );
  }
  if (!isCustomerEncrypted(refusal)) return undefined;
  return final(
    `${object} is encrypted with a key that its writer sends along (SSE-C), which no role can read.`,
    'Set verify-object to an object that is not encrypted so.',
  );
}
