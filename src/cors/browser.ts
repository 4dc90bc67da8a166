import type { CorsRule } from './rule.ts';

/** What a browser asks of a bucket, by preflight or by the request itself. */
export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** `Access-Control-Request-Headers`, in any case. */
  readonly headers?: readonly string[];
}

/** The first rule whose origin, method and every header match the request: S3 decides by that one. */
export function matchingRule(
  rules: readonly CorsRule[],
  { origin, method, headers = [] }: CorsRequest,
): CorsRule | undefined {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
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
export function matches(pattern: string, value: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === value;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}
