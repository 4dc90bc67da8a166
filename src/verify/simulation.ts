import { defined } from '../base/defined.ts';
import { bucketArn } from '../config/arn.ts';
import { isAllowed } from '../iam/evaluate-policy.ts';
import { expectedRoleArn, type Expectations, type ExpectedLocation } from './expectations.ts';
import type { Observations, SimulatedCheck, SimulationAnswer, SimulationQuestion } from './observations.ts';

/** A key in no configured prefix, since prefixes end with `/`; nothing is ever read or written under it. */
const probeKey = 'kolena-s3-access-verify';

const otherBucket = 'kolena-s3-access-not-granted';

/** What is asked of IAM's simulator: reading what is configured is allowed, all else is denied. */
export function simulationQuestions(expectations: Expectations): SimulationQuestion[] {
  const { locations, ended } = expectations;
  const onObject = (action: string, bucket: string, key: string) => ({
    action,
    resource: `${bucketArn(bucket, expectations)}/${key}`,
    context: callContext(expectations, bucket),
  });
  const list = (bucket: string, prefix = '') => ({
    action: 's3:ListBucket',
    resource: bucketArn(bucket, expectations),
    context: { ...callContext(expectations, bucket), 's3:prefix': prefix },
  });
  const ofLocation = ({ bucket, prefix = '', name: where }: ExpectedLocation): SimulationQuestion[] => {
    const key = `${prefix}${probeKey}`;
    const check = ended === undefined ? 'grants' : 'denies-ended';
    return [
      { check, where, ...list(bucket, prefix) },
      { check, where, ...onObject('s3:GetObject', bucket, key) },
      { check: 'denies-write', where, ...onObject('s3:PutObject', bucket, key) },
      { check: 'denies-delete', where, ...onObject('s3:DeleteObject', bucket, key) },
    ];
  };
  const outside = (check: SimulatedCheck, where: string, bucket: string) => [
    { check, where, ...list(bucket) },
    { check, where, ...onObject('s3:GetObject', bucket, probeKey) },
  ];
  const narrowed = new Set(
    locations.filter(({ prefix }) => prefix !== undefined).map(({ bucket }) => bucket),
  );
  return [
    ...locations.flatMap(ofLocation),
    ...[...narrowed].flatMap((bucket) => outside('denies-outside-prefix', bucket, bucket)),
    ...outside('denies-other-buckets', '', otherBucket),
  ];
}

/** Context keys that every real call of the role has, and `kms:ViaService`, which our own policies look at. */
export function callContext(expectations: Expectations, bucket: string): Readonly<Record<string, string>> {
  const { accountId, regions, partition } = expectations;
  const region = regions[bucket] ?? Object.values(regions)[0];
  return defined({
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    'aws:CurrentTime': expectations.now,
    'aws:PrincipalArn': accountId === undefined ? undefined : expectedRoleArn(expectations),
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': accountId,
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    's3:ResourceAccount': accountId,
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:TlsVersion': '1.3',
    'kms:ViaService':
      region === undefined ? undefined : `s3.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`,
  });
}

/** Whether an answer is as it should be. */
export function isAsExpected({ question, decision }: SimulationAnswer): boolean {
  return (question.check === 'grants') === (decision === 'allowed');
}

/** Whether a wrong answer of the simulator contradicts the policies read back, and may tell of those before the last change. */
export function mayStillChange(
  answer: SimulationAnswer,
  { role, policies }: Pick<Observations, 'role' | 'policies'>,
): boolean {
  const { question, decision, guard } = answer;
  if (guard !== undefined || decision === 'explicitDeny') return false;
  const attached = policies.filter((policy) => policy.attached).map(({ document }) => document);
  const documents = [...attached, ...Object.values(role?.otherDocuments ?? {})];
  const grants = isAllowed(documents, question);
  if (question.check === 'grants') return grants;
  // What was not read may well allow it.
  const held = (role?.inlinePolicyNames.length ?? 0) + (role?.attachedPolicies.length ?? 0);
  return role !== undefined && held === documents.length && !grants;
}
