import { explicitDenyRemedy } from '../problem/denial.ts';
import { matchingRule } from '../cors/browser.ts';
import { allowedBeyond, isKolenaRule, splitRules } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import { unknownOrigin } from './browser-origins.ts';
import { corsDifference } from '../cors/difference.ts';
import { about, type Check } from './check.ts';
import { checks } from './checks.ts';
import type { Expectations } from './expectations.ts';
import { type BucketObservation, corsRulesOf, type Observations } from './observations.ts';

/** Whether buckets refuse unknown pages, Kolena's rule is not wider than the config, and other rules are as they were. */
export function judgeCors(expectations: Expectations, observations: Observations): Check[] {
  const { buckets } = observations;
  const { locations, origins, ourRule, foreignRules: others } = expectations;
  const asked = origins.length === 0 ? [] : [...new Set(locations.map(({ bucket }) => bucket))];
  const kolenaRule = (bucket: string): Check | [] => {
    const verdict = about('kolena-cors', { bucket });
    const isWanted = asked.includes(bucket);
    // What an apply wrote was read after the write; what it took away was not read again, and S3 may still tell of it.
    if (!isWanted && observations.afterApply) return [];
    const rules = corsRulesOf(buckets[bucket])?.filter((rule) => isKolenaRule(rule, ourRule));
    const beyond = allowedBeyond(isWanted ? ourRule : undefined, rules ?? []).join('; ');
    if (beyond !== '') return verdict.fail(`Beyond the config it allows ${beyond}.`);
    if (rules === undefined) return verdict.unprovable('The rules were not read back.');
    return isWanted ? verdict.pass('It allows nothing else.') : [];
  };
  return [
    ...asked.map((bucket) => unknownOriginRefused(bucket, buckets[bucket], ourRule)),
    ...Object.keys(others).flatMap(kolenaRule),
    ...Object.keys(others).map((bucket) => otherRulesKept(bucket, expectations, observations)),
  ];
}

/** If the bucket lets an unknown page in, whose rule does. */
function unknownOriginRefused(bucket: string, seen: BucketObservation | undefined, ourRule: CorsRule): Check {
  const verdict = about('preflight-unknown-origin', { bucket });
  const answer = seen?.unknownOrigin;
  if (answer === undefined || answer.outcome === 'skipped')
    return verdict.unprovable(answer?.message ?? 'The bucket was not asked.');
  if (answer.outcome === 'refused')
    return answer.refusal.status === 403
      ? verdict.pass(`The preflight of ${unknownOrigin} is refused.`)
      : verdict.unprovable(`S3 answered ${answer.refusal.code}: ${answer.refusal.message}`);
  const rules = corsRulesOf(seen);
  const allowed = `The preflight of ${unknownOrigin} is allowed`;
  if (rules === undefined)
    return verdict.unprovable(`${allowed}, and the CORS rules that can tell why were not read.`);
  const asked = { origin: unknownOrigin, method: 'GET' };
  const rule = matchingRule(rules, asked);
  if (rule === undefined) return verdict.fail(`${allowed}, though no CORS rule of the bucket allows it.`);
  if (matchingRule([ourRule], asked) !== undefined)
    return verdict.warning(
      `${allowed}, since the config's cors-origins let every page read: ${ourRule.AllowedOrigins.join(', ')}.`,
      "Name Kolena's origins alone in cors-origins.",
    );
  if (isKolenaRule(rule, ourRule))
    return verdict.fail(`${allowed} by Kolena's rule, which somebody changed.`, checks['kolena-cors'].remedy);
  return verdict.warning(
    `${allowed} by another rule, which is kept: ${JSON.stringify(rule)}`,
    "Narrow that rule's AllowedOrigins, unless it has to be open to every page.",
  );
}

function otherRulesKept(bucket: string, expectations: Expectations, observations: Observations): Check {
  const verdict = about('foreign-cors', { bucket });
  const read = observations.buckets[bucket]?.corsRules;
  if (read === undefined || read.outcome === 'skipped')
    return verdict.unprovable('The rules were not read back.');
  if (read.outcome === 'refused')
    return verdict.unprovable(
      `They could not be read back: ${read.refusal.message}`,
      explicitDenyRemedy(read.refusal.message) ??
        `Allow s3:GetBucketCORS on ${bucket} to the role that this run uses.`,
    );
  const seen = splitRules(read.value, expectations.ourRule).others;
  const difference = corsDifference(expectations.foreignRules[bucket] ?? [], seen);
  if (difference !== undefined)
    return verdict.fail(`Of the rules that are not Kolena's, read back, ${difference}.`);
  if (seen.length === 0) return verdict.pass('There are none.');
  if (observations.afterApply) return verdict.pass(`${seen.length} read back, each equal field by field.`);
  return verdict.unprovable(`${seen.length} read: a check alone has nothing from before to compare with.`);
}
