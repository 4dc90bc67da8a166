import {
  S3BucketCorsConfiguration,
  type S3BucketCorsConfigurationCorsRule,
} from '@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import { Construct } from 'constructs';
import type { TerraformProvider } from 'cdktf';
import type { CorsRule } from '../cors/rule.ts';
import type { DesiredCors } from '../access/desired-access.ts';
import { bucketLogicalId } from '../plan/addresses.ts';
import { literal, literals } from './literal.ts';

/** One bucket's whole CORS configuration, its foreign rules included, adopted when it exists. */
export interface BucketCorsProps {
  readonly cors: DesiredCors;
  /**
   * The provider of the bucket's region.
   * @default - the stack's own
   */
  readonly provider?: TerraformProvider;
}

/** One `aws_s3_bucket_cors_configuration`. Terraform refuses to destroy it while it holds foreign rules. */
export class BucketCors extends Construct {
  constructor(scope: Construct, id: string, { cors, provider }: BucketCorsProps) {
    super(scope, id);
    const configuration = new S3BucketCorsConfiguration(this, 'configuration', {
      bucket: cors.bucket,
      corsRule: cors.rules.map((rule, index) => terraformRule(rule, index < cors.rules.length - 1)),
      ...(provider && { provider }),
      ...(cors.rules.length > 1 && { lifecycle: besideForeignRules(cors) }),
    });
    configuration.overrideLogicalId(bucketLogicalId(cors.bucket));
    if (cors.exists) configuration.importFrom(cors.bucket, provider);
  }
}

/** Destroying it is DeleteBucketCors, which takes the foreign rules along; writing it would lose their order. */
function besideForeignRules({ throughS3 }: DesiredCors) {
  return { preventDestroy: true, ...(throughS3 && { ignoreChanges: ['cors_rule'] }) };
}

function terraformRule(rule: CorsRule, foreign: boolean): S3BucketCorsConfigurationCorsRule {
  const allowedHeaders = literals(rule.AllowedHeaders);
  // The provider reads and writes an absent one as 0: saying so keeps a foreign rule out of the diff.
  const maxAgeSeconds = rule.MaxAgeSeconds ?? (foreign ? 0 : undefined);
  const exposeHeaders = literals(rule.ExposeHeaders);
  return {
    ...(rule.ID !== undefined && { id: literal(rule.ID) }),
    ...(allowedHeaders && { allowedHeaders }),
    allowedMethods: rule.AllowedMethods.map(literal),
    allowedOrigins: rule.AllowedOrigins.map(literal),
    ...(exposeHeaders && { exposeHeaders }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}
