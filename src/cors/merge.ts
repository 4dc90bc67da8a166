import type { AccessConfig } from '../config/access-config.ts';
import type { CorsRule } from './rule.ts';

/** The ID by which our rule is known again. */
export const corsRuleId = 'KolenaS3Access';

/** The rule that lets Kolena's web page load images: the rule of Kolena's page, plus an ID. */
export function ourCorsRule({ corsOrigins }: Pick<AccessConfig, 'corsOrigins'>): CorsRule {
  return {
    ID: corsRuleId,
    AllowedHeaders: ['*'],
    AllowedMethods: ['GET'],
    AllowedOrigins: corsOrigins,
    ExposeHeaders: [],
  };
}

/**
 * Whether a rule counts as ours: by its ID, or because somebody made by hand one that equals ours in effect.
 *
 * @example
 * isOurs({ AllowedMethods: ['GET'], AllowedOrigins: ['https://app.kolena.io'], AllowedHeaders: ['*'] }, ours) // true
 */
export function isOurs(rule: CorsRule, ours: CorsRule): boolean {
  return rule.ID === ours.ID || effectOf(rule) === effectOf(ours);
}

/** The rules of a bucket that are not ours, as they were and in their order. */
export function foreignRules(rules: readonly CorsRule[], ours: CorsRule): CorsRule[] {
  return rules.filter((rule) => !isOurs(rule, ours));
}

/**
 * A bucket's rules with ours in them: foreign rules first, as they were and in their order; ours last, exactly once.
 *
 * A foreign rule before ours never lessens the access: S3 passes over a rule that does not allow the origin, the
 * method and every header asked for, so what only ours allows still reaches ours.
 */
export function mergeCors(rules: readonly CorsRule[], ours: CorsRule): CorsRule[] {
  return [...foreignRules(rules, ours), ours];
}

/**
 * Whether two readings of a bucket hold the same foreign rules, whatever their order: Terraform keeps none, and writes
 * `MaxAgeSeconds: 0` where a rule has none.
 */
export function sameForeignRules(
  rules: readonly CorsRule[],
  others: readonly CorsRule[],
  ours: CorsRule,
): boolean {
  const told = (all: readonly CorsRule[]) =>
    JSON.stringify(
      foreignRules(all, ours)
        .map((rule) => JSON.stringify([rule.ID, effectOf(rule)]))
        .sort(),
    );
  return told(rules) === told(others);
}

/** What a browser asks of a bucket, by preflight or by the request itself. */
export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** `Access-Control-Request-Headers`, in any case. */
  readonly headers?: readonly string[];
}

/**
 * The first rule that matches the request, as S3 evaluates them: the origin, the method and every header must match.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
 */
export function allowedBy(
  rules: readonly CorsRule[],
  { origin, method, headers = [] }: CorsRequest,
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedOrigins.some((pattern) => matches(pattern, origin)) &&
      rule.AllowedMethods.includes(method) &&
      headers.every((header) =>
        rule.AllowedHeaders?.some((pattern) => matches(pattern.toLowerCase(), header.toLowerCase())),
      ),
  );
}

/** S3 allows at most one `*` in an origin or header, which stands for any characters. */
function matches(pattern: string, value: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === value;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
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
