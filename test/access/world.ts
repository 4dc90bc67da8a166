import type { CorsRule } from '../../src/cors/rule.ts';
import type {
  Caller,
  Observed,
  ObservedBucket,
  ObservedPolicy,
  ObservedRole,
} from '../../src/access/observed.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { trustPolicy } from '../../src/iam/trust-policy.ts';
import { principalArn } from '../config/configs.ts';
import { seedCors, seedPolicy } from '../support/seed.ts';

const accountId = '444455556666';

/** The account of these tests. */
export const caller: Caller = { accountId, arn: `arn:aws:iam::${accountId}:user/dev`, partition: 'aws' };

/** The role as somebody made it from Kolena's page, without external ID. */
export function roleOf(over: Partial<ObservedRole> = {}): ObservedRole {
  return {
    name: 'KolenaS3ReadAccess',
    arn: `arn:aws:iam::${accountId}:role/KolenaS3ReadAccess`,
    roleId: 'AROADBQP57FF2AEXAMPLE',
    path: '/',
    trustPolicy: trustPolicy({ principalArn }),
    maxSessionDuration: 3600,
    attachedPolicies: [{ name: 'KolenaS3ReadAccess', arn: policyArn('KolenaS3ReadAccess') }],
    inlinePolicyNames: [],
    ...over,
  };
}

/** The ARN of a policy in this account. */
export function policyArn(name: string): string {
  return `arn:aws:iam::${accountId}:policy/${name}`;
}

/** A live policy, the page's own unless told otherwise. */
export function policyOf(over: Partial<ObservedPolicy> = {}): ObservedPolicy {
  const name = over.name ?? 'KolenaS3ReadAccess';
  return {
    name,
    arn: policyArn(name),
    document: seedPolicy,
    attached: true,
    usedElsewhere: 0,
    ...over,
  };
}

/** A live bucket with these rules. */
export function bucketOf(
  name: string,
  corsRules: readonly CorsRule[] = [],
  region = 'eu-west-1',
): ObservedBucket {
  return { name, region, corsRules };
}

/** An account in which the page was followed by hand. */
export function worldOf(
  over: Partial<Omit<Observed, 'buckets'>> & { buckets?: readonly ObservedBucket[] } = {},
): Observed {
  const { buckets = [bucketOf('share-with-kolena', seedCors)], ...rest } = over;
  return {
    caller,
    role: roleOf(),
    policies: [policyOf()],
    ...rest,
    buckets: Object.fromEntries(buckets.map((bucket) => [bucket.name, bucket])),
  };
}

/** A policy that somebody made for something else. */
export const foreignDocument: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'VisualEditor0', Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::their-bucket/*' },
  ],
};

/** Kolena's policy of a bucket that left the config. */
export const readsDropped: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'S3ListBucket',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::dropped', 'arn:aws:s3:::dropped/*'],
    },
  ],
};
