import type { AccessConfig } from '../config/access-config.ts';
import type { CorsRule } from '../cors/rule.ts';
import { requireCorsLimits } from '../cors/limits.ts';
import { foreignRules, isOurs, mergeCors, ourCorsRule } from '../cors/merge.ts';
import type { CorsRemoval, DesiredCors } from './desired-access.ts';
import type { Observed } from './observed.ts';

interface CorsProps {
  readonly config: AccessConfig;
  readonly observed: Observed;
  /** Region of the provider: that of a bucket which was not seen. */
  readonly region: string;
}

/** The names of the configured buckets, each once. */
export function configuredBuckets({ buckets }: AccessConfig): string[] {
  return [...new Set(buckets.map(({ bucket }) => bucket))];
}

/**
 * Each configured bucket's CORS rules as they shall be.
 *
 * @throws UserError `invalid-input` when a bucket has no room for our rule
 */
export function decideCors({ config, observed }: Omit<CorsProps, 'region'>): DesiredCors[] {
  const ours = ourCorsRule(config);
  return configuredBuckets(config).map((bucket) => {
    const seen = observed.buckets[bucket];
    const present: readonly CorsRule[] = seen?.corsRules ?? [];
    const rules = config.cors === 'replace' ? [ours] : mergeCors(present, ours);
    requireCorsLimits(bucket, rules);
    return {
      bucket,
      ...(seen !== undefined && { region: seen.region }),
      rules,
      exists: present.length > 0,
      throughS3: rules.length > 1,
    };
  });
}

/** Our rule goes from these buckets, and every foreign rule stays as it is. */
export function removeCors(
  buckets: readonly string[],
  { config, observed, region }: CorsProps,
): CorsRemoval[] {
  const ours = ourCorsRule(config);
  return buckets.map((bucket) => {
    const seen = observed.buckets[bucket];
    const rules = seen?.corsRules ?? [];
    return {
      bucket,
      region: seen?.region ?? region,
      keep: foreignRules(rules, ours),
      present: rules.some((rule) => isOurs(rule, ours)),
    };
  });
}
