import { S3BucketCorsConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import type { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import type { DesiredCors } from '../access/desired-access.ts';
import { defined } from '../base/defined.ts';
import { terraformRules } from '../plan/cors-writes.ts';
import { bucketLogicalId } from '../plan/resources.ts';
import { literal } from './literal.ts';

/** Adds one bucket's whole CORS configuration, the rules of others included; imported when it exists. */
export function addBucketCors(scope: Construct, cors: DesiredCors, provider?: TerraformProvider): void {
  const configuration = new S3BucketCorsConfiguration(scope, `cors-${cors.bucket}`, {
    bucket: cors.bucket,
    corsRule: [],
    ...defined({ provider, lifecycle: lifecycleOf(cors) }),
  });
  // The very blocks that the plan compares and the digest holds.
  configuration.addOverride('cors_rule', terraformRules(cors.rules).map(literalBlock));
  configuration.overrideLogicalId(bucketLogicalId(cors.bucket));
  if (cors.exists) configuration.importFrom(cors.bucket, provider);
}

/** Destroying it deletes the rules of others too; writing it would lose their order, and what they add meanwhile. */
function lifecycleOf({ rules, throughS3 }: DesiredCors) {
  const preventDestroy = rules.others.length > 0 ? true : undefined;
  const ignoreChanges = throughS3 ? ['cors_rule'] : undefined;
  return preventDestroy || ignoreChanges ? defined({ preventDestroy, ignoreChanges }) : undefined;
}

function literalBlock(block: object): object {
  return JSON.parse(JSON.stringify(block), (_, value: unknown) =>
    typeof value === 'string' ? literal(value) : value,
  ) as object;
}
