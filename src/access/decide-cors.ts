import type { AccessConfig } from '../config/access-config.ts';
import { requireCorsLimits } from '../cors/limits.ts';
import { type CorsRuleSet, joinRules, kolenaRule, servesAs, splitRules } from '../cors/rule-set.ts';
import { defined } from '../base/defined.ts';
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

/** The CORS rules that a bucket has now; none for a bucket that was not seen. */
export function currentRules(bucket: string, { config, observed }: Omit<CorsProps, 'region'>): CorsRuleSet {
  return splitRules(observed.buckets[bucket]?.corsRules ?? [], kolenaRule(config));
}

/** The CORS rules that each bucket should have; throws `invalid-input` when one has no room for Kolena's rule. */
export function decideCors({ config, observed }: Omit<CorsProps, 'region'>): DesiredCors[] {
  const kolena = kolenaRule(config);
  const replacesOthers = config.cors === 'replace';
  return configuredBuckets(config).map((bucket) => {
    const seen = observed.buckets[bucket];
    const current = currentRules(bucket, { config, observed });
    const others = replacesOthers ? [] : current.others;
    // Terraform alone (`cdktf deploy`) writes an age of 0 into it: alone in its bucket, that is not a change.
    const stands = others.length === 0 && servesAs(current.kolena, kolena) ? current.kolena : kolena;
    const rules = { others, kolena: stands };
    requireCorsLimits(bucket, joinRules(rules));
    const exists = seen !== undefined && seen.corsRules.length > 0;
    return {
      bucket,
      ...defined({ region: seen?.region }),
      rules,
      replacesOthers,
      exists,
      // Terraform loses the order and absent fields of others' rules, and what they add in the seconds before a write.
      throughS3: exists && !replacesOthers,
    };
  });
}

/** The removal of Kolena's rule from each of these buckets; the rules of others stay as they are. */
export function removeCors(
  buckets: readonly string[],
  { config, observed, region }: CorsProps,
): CorsRemoval[] {
  return buckets.map((bucket) => ({
    bucket,
    region: observed.buckets[bucket]?.region ?? region,
    rules: currentRules(bucket, { config, observed }),
  }));
}
