import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketOwnershipControlsCommand, GetBucketPolicyCommand } from '@aws-sdk/client-s3';

import type { GuardRight, ObjectOwnership } from '../../access/bucket-guard.ts';
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
  const s3 = clients.s3(region);
  const kms = () => clients.kms(region);
  const unread: GuardRight[] = [];
  const read = async <T>(right: GuardRight, answer: Promise<T>, absent?: { code: string; means?: T }) => {
    try {
      return await answer;
    } catch (error) {
      if (absent !== undefined && isCode(error, absent.code)) return absent.means;
      unread.push(right);
      return undefined;
    }
  };
  const keyOf = (KeyId: string) =>
    read(
      'kms:DescribeKey',
      kms()
        .send(new DescribeKeyCommand({ KeyId }))
        .then(({ KeyMetadata }) => KeyMetadata?.Arn),
    );
  const ofKey = async () => {
    const KeyId = named !== undefined && isKeyAlias(named) ? await keyOf(named) : named;
    if (KeyId === undefined) return {};
    const got = kms().send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    const keyPolicy = await read(
      'kms:GetKeyPolicy',
      got.then(({ Policy }) => documentOf(Policy)),
    );
    return { defaultKmsKeyArn: KeyId, keyPolicy };
  };
  const gotPolicy = s3.send(new GetBucketPolicyCommand({ Bucket }));
  const gotOwnership = s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  const [policy, ownership, { keyPolicy, ...key }] = await Promise.all([
    read(
      's3:GetBucketPolicy',
      gotPolicy.then(({ Policy }) => documentOf(Policy)),
      { code: 'NoSuchBucketPolicy' },
    ),
    read<ObjectOwnership | undefined>(
      's3:GetBucketOwnershipControls',
      gotOwnership.then(({ OwnershipControls }) => OwnershipControls?.Rules?.[0]?.ObjectOwnership),
      // A bucket from before the setting is as with its first value.
      { code: 'OwnershipControlsNotFoundError', means: 'ObjectWriter' },
    ),
    ofKey(),
  ]);
  return { ...bucket, ...defined(key), guard: defined({ policy, ownership, keyPolicy, unread }) };
}

function documentOf(text = ''): PolicyDocument {
  return readPolicyDocument(JSON.parse(text));
}
