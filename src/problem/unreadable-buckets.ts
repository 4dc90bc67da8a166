import type { BucketFinding, Caller } from '../access/observed.ts';
import { bucketArn } from '../config/arn.ts';
import { UserError } from '../base/errors.ts';
import { missingRightsRemedy } from './missing-rights.ts';
import type { MissingRight } from './statement.ts';

type Denied = Extract<BucketFinding, { kind: 'denied' }>;

/** The one error that names every bucket that does not exist or cannot be read; `undefined` when there is none. */
export function unreadableBuckets(findings: readonly BucketFinding[], caller: Caller): UserError | undefined {
  const { accountId, partition } = caller;
  const missing = findings.flatMap((one) => (one.kind === 'missing' ? [one.name] : []));
  const denied = findings.filter((one) => one.kind === 'denied');
  if (missing.length + denied.length === 0) return undefined;
  const named = (owner: Denied['owner']) =>
    denied.filter((one) => one.owner === owner).map(({ name }) => name);
  const [others, own, unknown] = [named('other'), named('this'), named('unknown')];
  const mine = [...own, ...unknown];
  const sentences = [
    missing.length > 0 && `There is no bucket named ${missing.join(', ')} in partition ${partition}.`,
    others.length > 0 &&
      `Not of account ${accountId}, but of another, and never taken for yours, even if it is open to everybody: ${others.join(', ')}.`,
    unknown.length > 0 &&
      `S3 refuses ${unknown.join(', ')}: the bucket belongs to another account, or this run is not allowed to read it.`,
    own.length > 0 && `This run is not allowed to read the CORS rules of ${own.join(', ')}.`,
    denied[0] !== undefined && `S3 said: ${(denied[0].cause as Error).message}`,
  ];
  const steps = [
    missing.length > 0 && 'Correct the names under buckets, or create the buckets.',
    others.length > 0 &&
      'Run in the account that owns the bucket, or remove it from the config, which takes its grant away.',
    mine.length > 0 &&
      missingRightsRemedy({
        caller,
        lists: { Buckets: mine },
        right: readSettings(mine, partition),
        denied: denied.map(({ cause }) => (cause instanceof Error ? cause.message : '')).join('\n'),
      }),
  ];
  const text = (parts: readonly (string | false)[]) => parts.filter((part) => part !== false).join(' ');
  return new UserError({
    reason: missing.length + others.length > 0 ? 'invalid-input' : 'credentials',
    message: text(sentences),
    remedy: text(steps),
    cause: denied[0]?.cause,
  });
}

function readSettings(buckets: readonly string[], partition: string): MissingRight {
  return {
    Sid: 'ReadBucketSettings',
    Action: ['s3:ListBucket', 's3:GetBucketCORS', 's3:GetEncryptionConfiguration'],
    Resource: buckets.map((bucket) => bucketArn(bucket, { partition })),
  };
}
