import { bucketArn, objectArn } from '../config/arn.ts';
import type { Expectations } from '../verify/expectations.ts';

/** Characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const sessionPolicyLimit = 2048;

/** The policy of a session that reads the configured locations or, where they do not fit, what the role may read. */
export function sessionPolicy(
  expectations: Expectations,
  scope: 'locations' | 'any-bucket' = 'locations',
): string {
  const { partition, locations, objectVersions } = expectations;
  const read = ['s3:GetObject', ...(objectVersions ? ['s3:GetObjectVersion'] : [])];
  const buckets = [...new Set(locations.map(({ bucket }) => bucketArn(bucket, { partition })))];
  const objects = locations.map((location) => objectArn(location, { partition }));
  const statements =
    scope === 'locations'
      ? [allow(['s3:ListBucket'], buckets), allow(read, objects)]
      : [allow(['s3:ListBucket', ...read], ['*'])];
  const policy = JSON.stringify({
    Version: '2012-10-17',
    // A KMS key is left to the role: its refusal names the role's own policy and not this one.
    Statement: [...statements, allow(['kms:Decrypt'], ['*'])],
  });
  return policy.length > sessionPolicyLimit && scope === 'locations'
    ? sessionPolicy(expectations, 'any-bucket')
    : policy;
}

function allow(Action: readonly string[], Resource: readonly string[]) {
  return { Effect: 'Allow', Action, Resource };
}
