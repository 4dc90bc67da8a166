import type { DesiredCors } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { defined } from '../base/defined.ts';
import { corsDifference } from '../cors/difference.ts';
import { type CorsRuleSet, joinRules } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { ResourceChange } from './changes.ts';
import { corsAddress } from './resources.ts';

type ObservedBuckets = Pick<Observed, 'buckets'>;

/** The CORS configurations that a run is going to write through S3, since their rules are not as they should be. */
export function corsWrites(cors: readonly DesiredCors[], { buckets }: ObservedBuckets): DesiredCors[] {
  return cors.filter(
    ({ bucket, rules, throughS3 }) =>
      throughS3 && corsDifference(buckets[bucket]?.corsRules ?? [], joinRules(rules)) !== undefined,
  );
}

/** Terraform's changes, with the CORS configurations that are written through S3 as changes: Terraform shows them as unchanged. */
export function withCorsWrites(
  changes: readonly ResourceChange[],
  cors: readonly DesiredCors[],
  observed: ObservedBuckets,
): ResourceChange[] {
  const writes = new Map(corsWrites(cors, observed).map((write) => [corsAddress(write.bucket), write]));
  return changes.map((change): ResourceChange => {
    const write = writes.get(change.address);
    if (write === undefined) return change;
    const { bucket, rules } = write;
    const before = { bucket, cors_rule: (observed.buckets[bucket]?.corsRules ?? []).map(terraformRule) };
    return { ...change, action: 'update', before, after: { bucket, cors_rule: terraformRules(rules) } };
  });
}

/** The `cors_rule` blocks of the AWS provider for a bucket's whole configuration. */
export function terraformRules({ others, kolena }: CorsRuleSet): TerraformRule[] {
  return [
    // The provider reads and writes an absent age as 0: saying so keeps the rules of others out of Terraform's diff.
    ...others.map((rule) => terraformRule({ ...rule, MaxAgeSeconds: rule.MaxAgeSeconds ?? 0 })),
    ...(kolena === undefined ? [] : [terraformRule(kolena)]),
  ];
}

/** One `cors_rule` block of `aws_s3_bucket_cors_configuration`; empty lists are left out. */
export type TerraformRule = ReturnType<typeof terraformRule>;

function terraformRule(rule: CorsRule) {
  return defined({
    id: rule.ID,
    allowed_headers: unlessEmpty(rule.AllowedHeaders),
    allowed_methods: rule.AllowedMethods,
    allowed_origins: rule.AllowedOrigins,
    expose_headers: unlessEmpty(rule.ExposeHeaders),
    max_age_seconds: rule.MaxAgeSeconds,
  });
}

function unlessEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.length ? list : undefined;
}
