import type { AccessConfig } from '../config/access-config.ts';
import { matches } from './browser.ts';
import type { CorsRule } from './rule.ts';

/** The CORS rules of one bucket: Kolena's and those of others. */
export interface CorsRuleSet {
  /** As S3 has them, in its order. */
  readonly others: readonly CorsRule[];
  /** Undefined when the bucket has no rule of Kolena's. */
  readonly kolena: CorsRule | undefined;
}

/** The ID that marks a rule as Kolena's. */
export const kolenaRuleId = 'KolenaS3Access';

/** The rule that lets Kolena's web page load images: the rule of Kolena's page, plus an ID. */
export function kolenaRule({ corsOrigins }: Pick<AccessConfig, 'corsOrigins'>): CorsRule {
  return {
    ID: kolenaRuleId,
    AllowedHeaders: ['*'],
    AllowedMethods: ['GET'],
    AllowedOrigins: corsOrigins,
    ExposeHeaders: [],
  };
}

/**
 * Whether a rule counts as Kolena's: by its ID, or made by hand with the same effect and no ID; with another, never.
 * @example isKolenaRule({ ...kolena, ID: 'images' }, kolena) // false
 */
export function isKolenaRule(rule: CorsRule, kolena: CorsRule): boolean {
  return rule.ID === kolenaRuleId || (rule.ID === undefined && effectOf(rule) === effectOf(kolena));
}

/** Whether a rule is Kolena's by its ID and already does what `kolena` does, however it spells that. */
export function servesAs(rule: CorsRule | undefined, kolena: CorsRule): rule is CorsRule {
  return rule?.ID === kolenaRuleId && effectOf(rule) === effectOf(kolena);
}

/** Splits what S3 returns. Of several rules that count as Kolena's, the set names the one with the effect of `kolena`. */
export function splitRules(rules: readonly CorsRule[], kolena: CorsRule | undefined): CorsRuleSet {
  if (kolena === undefined) return { others: rules, kolena };
  const found = rules.filter((rule) => isKolenaRule(rule, kolena));
  return {
    others: rules.filter((rule) => !found.includes(rule)),
    kolena: found.find((rule) => effectOf(rule) === effectOf(kolena)) ?? found[0],
  };
}

/** The list to write to S3: the rules of others first, Kolena's last. */
export function joinRules({ others, kolena }: CorsRuleSet): readonly CorsRule[] {
  // A rule before Kolena's never lessens the access: S3 passes over one that does not allow all that is asked for.
  return kolena === undefined ? others : [...others, kolena];
}

/** Whether S3 answers alike for two rules, whatever their IDs. */
export function haveSameEffect(one: CorsRule, other: CorsRule): boolean {
  return effectOf(one) === effectOf(other);
}

const words = { AllowedOrigins: 'pages of', AllowedMethods: 'methods', ExposeHeaders: 'response headers' };

/** In words, what rules allow beyond `kolena`, which allows every request header; beyond none, all of it. */
export function allowedBeyond(kolena: CorsRule | undefined, rules: readonly CorsRule[]): string[] {
  return (Object.keys(words) as (keyof typeof words)[]).flatMap((field) => {
    // A pattern that matches another one as text matches all that the other does.
    const isWithin = (value: string) => kolena?.[field]?.some((pattern) => matches(pattern, value));
    const more = new Set(rules.flatMap((rule) => rule[field] ?? []).filter((value) => !isWithin(value)));
    return more.size > 0 ? [`${words[field]} ${[...more].join(', ')}`] : [];
  });
}

/** Equal for rules that S3 answers alike: order and repetition don't count, an absent list is an empty one. */
function effectOf(rule: CorsRule): string {
  const set = (values: readonly string[] = []) => [...new Set(values)].sort();
  return JSON.stringify([
    set(rule.AllowedOrigins),
    set(rule.AllowedMethods),
    set(rule.AllowedHeaders?.map((header) => header.toLowerCase())),
    set(rule.ExposeHeaders?.map((header) => header.toLowerCase())),
    // The AWS provider writes 0 where a rule has no age.
    rule.MaxAgeSeconds ?? 0,
  ]);
}
