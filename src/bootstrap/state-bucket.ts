import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { Construct } from 'constructs';

/** What a {@link StateBucket} is in Terraform's state; contract, as every construct id. */
export const stateBucketAddresses: readonly string[] = [
  'aws_s3_bucket.state',
  'aws_s3_bucket_versioning.state',
  'aws_s3_bucket_server_side_encryption_configuration.state',
  'aws_s3_bucket_public_access_block.state',
];

/** A bucket for Terraform's state: versioned, encrypted, closed to the public, and not to be destroyed. */
export class StateBucket extends Construct {
  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    const state = new S3Bucket(this, 'bucket', { bucket: name, lifecycle: { preventDestroy: true } });
    state.overrideLogicalId('state');
    const bucket = state.bucket;
    new S3BucketVersioningA(this, 'versioning', {
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    }).overrideLogicalId('state');
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    }).overrideLogicalId('state');
    new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }).overrideLogicalId('state');
  }
}
