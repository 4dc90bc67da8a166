import {
  GetBucketEncryptionCommand,
  HeadBucketCommand,
  type HeadBucketCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';

import type { BucketFinding, Caller } from '../../access/observed.ts';
import { defined } from '../../base/defined.ts';
import { buildArn } from '../../config/arn.ts';
import type { AwsClients } from '../clients.ts';
import { readCorsRules } from '../cors.ts';
import { ifAllowed } from '../if-allowed.ts';
import { isCode, isDenied, readAwsError } from '../../problem/aws-error.ts';

/** Reads one bucket in its own region; one of another account is denied, also when that opens it to everybody. */
export async function observeBucket(
  clients: AwsClients,
  caller: Pick<Caller, 'accountId' | 'partition'>,
  name: string,
): Promise<BucketFinding> {
  let region = clients.region;
  try {
    const corsRules = await readCorsRules(clients.s3(), name).catch((error: unknown) => {
      // S3 names the bucket's own region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
      const { headers } = readAwsError(error);
      region = headers?.['x-amz-bucket-region'] ?? region;
      if (region === clients.region) throw error;
      return readCorsRules(clients.s3(region), name);
    });
    const key = await ifAllowed(() => defaultKey(clients.s3(region), { name, region, caller }));
    return {
      kind: 'found',
      bucket: { name, region, corsRules, ...defined({ defaultKmsKeyArn: key?.arn }) },
      encryptionUnknown: key === undefined,
    };
  } catch (error) {
    if (isCode(error, 'NoSuchBucket')) return { kind: 'missing', name };
    if (!isDenied(error)) throw error;
    return { kind: 'denied', name, owner: await ownerOf(clients.s3(region), name), cause: error };
  }
}

/** Whose a bucket is that was denied. */
async function ownerOf(s3: S3Client, Bucket: string): Promise<'this' | 'other' | 'unknown'> {
  if (await isThere(s3, { Bucket })) return 'this';
  return (await isThere(s3, { Bucket, ExpectedBucketOwner: undefined })) ? 'other' : 'unknown';
}

async function isThere(s3: S3Client, input: HeadBucketCommandInput): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand(input));
    return true;
  } catch (error) {
    const { status } = readAwsError(error);
    if (status === undefined || ![301, 307, 400, 403, 404].includes(status)) throw error;
    return false;
  }
}

/** The customer managed key of the default encryption, if there is one. */
async function defaultKey(
  s3: S3Client,
  { name, region, caller }: { name: string; region: string; caller: Pick<Caller, 'accountId' | 'partition'> },
): Promise<{ readonly arn?: string }> {
  try {
    const { ServerSideEncryptionConfiguration } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket: name }),
    );
    const byDefault = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
    const key = byDefault?.KMSMasterKeyID;
    if (byDefault?.SSEAlgorithm?.startsWith('aws:kms') !== true || !key) return {};
    if (/(?:^|:)alias\/aws\/s3$/.test(key)) return {};
    if (key.startsWith('arn:')) return { arn: key };
    const resource = key.startsWith('alias/') ? key : `key/${key}`;
    return { arn: buildArn({ ...caller, service: 'kms', region, resource }) };
  } catch (error) {
    if (isCode(error, 'ServerSideEncryptionConfigurationNotFoundError')) return {};
    throw error;
  }
}
