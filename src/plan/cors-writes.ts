import type { CorsRule } from '../cors/rule.ts';
import type { DesiredAccess, DesiredCors } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { corsAddress } from './addresses.ts';
import { corsDifference } from '../cors/difference.ts';
import type { PlanSummary, ResourceChange } from './summary.ts';

/**
 * The plan with the CORS configurations in it that are written through S3, which Terraform shows as unchanged: reviewers
 * and the digest see them as what they are, changes.
 */
export function withCorsWrites(plan: PlanSummary, desired: DesiredAccess, observed: Observed): PlanSummary {
  const writes = new Map(
    desired.cors.filter((cors) => isWritten(cors, observed)).map((cors) => [corsAddress(cors.bucket), cors]),
  );
  const changes = plan.changes.map((change): ResourceChange => {
    const cors = writes.get(change.address);
    return cors === undefined ? change : { ...change, action: 'update', ...attributesOf(cors, observed) };
  });
  return { changes, counts: { ...plan.counts, change: plan.counts.change + writes.size } };
}

function isWritten({ bucket, rules, throughS3 }: DesiredCors, { buckets }: Observed): boolean {
  return throughS3 && corsDifference(buckets[bucket]?.corsRules ?? [], rules) !== undefined;
}

function attributesOf({ bucket, rules }: DesiredCors, { buckets }: Observed) {
  return {
    before: { bucket, cors_rule: (buckets[bucket]?.corsRules ?? []).map(terraformRule) },
    after: { bucket, cors_rule: rules.map(terraformRule) },
  };
}

/** In the words of the provider's `cors_rule` block. */
function terraformRule(rule: CorsRule): Readonly<Record<string, unknown>> {
  return {
    id: rule.ID,
    allowed_headers: rule.AllowedHeaders,
    allowed_methods: rule.AllowedMethods,
    allowed_origins: rule.AllowedOrigins,
    expose_headers: rule.ExposeHeaders,
    max_age_seconds: rule.MaxAgeSeconds,
  };
}
