import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketOwnershipControlsCommand, GetBucketPolicyCommand } from '@aws-sdk/client-s3';

import type { GuardRight, ObjectOwnership } from '../../access/bucket-guard.ts';
import type { ObservedBucket } from '../../access/observed.ts';
import { defined } from '../../base/defined.ts';
import { isKeyAlias } from '../../config/arn.ts';
import { type PolicyDocument, readPolicyDocument } from '../../iam/policy-document.ts';
import { isCode } from '../../problem/aws-error.ts';
import type { AwsClients } from '../clients.ts';

/** The bucket with what can keep a role out and the key behind an alias; names what it cannot read and never throws. */
export async function withGuard(clients: AwsClients, bucket: ObservedBucket): Promise<ObservedBucket> {
  const { name: Bucket, region, defaultKmsKeyArn: named } = bucket;
  const s3 = clients.s3(region);
  const unread: GuardRight[] = [];
  const read = async <T>(right: GuardRight, ask: () => Promise<T>, absent?: { code: string; means?: T }) => {
    try {
      return await ask();
    } catch (error) {
      if (absent !== undefined && isCode(error, absent.code)) return absent.means;
      unread.push(right);
      return undefined;
    }
  };
  const arnOf = async (KeyId: string) => {
    const { KeyMetadata } = await clients.kms(region).send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata?.Arn;
  };
  const policyOfKey = async (KeyId: string) => {
    const command = new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' });
    return documentOf((await clients.kms(region).send(command)).Policy);
  };
  const ofKey = async () => {
    const isAlias = named !== undefined && isKeyAlias(named);
    const key = isAlias ? await read('kms:DescribeKey', () => arnOf(named)) : named;
    if (key === undefined) return {};
    return { defaultKmsKeyArn: key, keyPolicy: await read('kms:GetKeyPolicy', () => policyOfKey(key)) };
  };
  const policyOfBucket = async () =>
    documentOf((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy);
  const ownershipOfBucket = async (): Promise<ObjectOwnership | undefined> => {
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    return OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  };
  // A bucket from before the setting is as with its first value.
  const unset = { code: 'OwnershipControlsNotFoundError', means: 'ObjectWriter' } as const;
  // Block Public Access is not asked for: none of its values refuses a role of the bucket's own account.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
  const [policy, ownership, { keyPolicy, ...key }] = await Promise.all([
    read('s3:GetBucketPolicy', policyOfBucket, { code: 'NoSuchBucketPolicy' }),
    read('s3:GetBucketOwnershipControls', ownershipOfBucket, unset),
    ofKey(),
  ]);
  return { ...bucket, ...defined(key), guard: defined({ policy, ownership, keyPolicy, unread }) };
}

function documentOf(text = ''): PolicyDocument {
  return readPolicyDocument(JSON.parse(text));
}
