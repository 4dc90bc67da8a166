import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketOwnershipControlsCommand, GetBucketPolicyCommand } from '@aws-sdk/client-s3';

import type { GuardRight } from '../../access/bucket-guard.ts';
import type { ObservedBucket } from '../../access/observed.ts';
import { defined } from '../../base/defined.ts';
import { isKeyAlias } from '../../config/arn.ts';
import { type PolicyDocument, readPolicyDocument } from '../../iam/policy-document.ts';
import { isCode } from '../../problem/aws-error.ts';
import type { AwsClients } from '../clients.ts';

/**
 * The bucket with what can keep a role out of it, and with the key that an alias stands for; never throws, since what
 * cannot be read is left out and named. Block Public Access is not asked for: no value of it refuses a role of the
 * bucket's own account. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export async function withGuard(clients: AwsClients, bucket: ObservedBucket): Promise<ObservedBucket> {
  const { name: Bucket, region, defaultKmsKeyArn: named } = bucket;
  const unread: GuardRight[] = [];
  const orUnread = <T>(right: GuardRight, answer: Promise<T>): Promise<T | undefined> =>
    answer.catch(() => {
      unread.push(right);
      return undefined;
    });

  const s3 = clients.s3(region);
  const policy = s3
    .send(new GetBucketPolicyCommand({ Bucket }))
    .then(({ Policy }) => documentOf(Policy), unless('NoSuchBucketPolicy', undefined));
  // A bucket from before the setting is as with the one that came first.
  const ownership = s3
    .send(new GetBucketOwnershipControlsCommand({ Bucket }))
    .then(
      ({ OwnershipControls }) => OwnershipControls?.Rules?.[0]?.ObjectOwnership,
      unless('OwnershipControlsNotFoundError', 'ObjectWriter'),
    );
  const keyAndPolicy = async (keyId: string) => {
    const kms = clients.kms(region);
    const described = () => kms.send(new DescribeKeyCommand({ KeyId: keyId }));
    const arn = isKeyAlias(keyId)
      ? await orUnread(
          'kms:DescribeKey',
          described().then(({ KeyMetadata }) => KeyMetadata?.Arn),
        )
      : keyId;
    if (arn === undefined) return {};
    const got = kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' }));
    return {
      arn,
      keyPolicy: await orUnread(
        'kms:GetKeyPolicy',
        got.then(({ Policy }) => documentOf(Policy)),
      ),
    };
  };
  const [bucketPolicy, objectOwnership, key] = await Promise.all([
    orUnread('s3:GetBucketPolicy', policy),
    orUnread('s3:GetBucketOwnershipControls', ownership),
    named === undefined ? {} : keyAndPolicy(named),
  ]);
  const { arn: defaultKmsKeyArn = named, keyPolicy } = key as { arn?: string; keyPolicy?: PolicyDocument };
  const guard = { policy: bucketPolicy, ownership: objectOwnership, keyPolicy, unread };
  return { ...bucket, ...defined({ defaultKmsKeyArn, guard: defined(guard) }) };
}

function documentOf(text = ''): PolicyDocument {
  return readPolicyDocument(JSON.parse(text));
}

/** What an error answer means that is none. */
function unless<const T>(code: string, meaning: T): (error: unknown) => T {
  return (error) => {
    if (isCode(error, code)) return meaning;
    throw error;
  };
}
