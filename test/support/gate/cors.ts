import type { CORSRule } from '@aws-sdk/client-s3';
import type { AwsError } from './aws-error.ts';
import type { AwsRequest } from './request.ts';

/**
 * Headers by which S3 answers a browser's preflight: by the first rule that matches origin, method and every header.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 */
export function preflight(
  rules: readonly CORSRule[],
  request: AwsRequest,
): Record<string, string> | AwsError {
  const denied = (message: string) => ({
    status: 403,
    code: 'AccessForbidden',
    message: `CORSResponse: ${message}`,
  });
  const origin = request.headers['origin'];
  const method = request.headers['access-control-request-method'];
  if (origin === undefined || method === undefined) {
    return {
      status: 400,
      code: 'BadRequest',
      message: 'Insufficient information. Origin request header and Access-Control-Request-Method needed.',
    };
  }
  const asked = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  if (rules.length === 0) return denied('CORS is not enabled for this bucket.');
  const rule = rules.find(
    ({ AllowedMethods = [], AllowedOrigins = [], AllowedHeaders = [] }) =>
      AllowedMethods.includes(method) &&
      AllowedOrigins.some((pattern) => matches(pattern, origin)) &&
      asked.every((name) => AllowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name))),
  );
  if (rule === undefined) {
    return denied(
      "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    );
  }
  return {
    ...originHeaders(rule, origin),
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
    ...(rule.MaxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
  };
}

/** Headers that S3 adds to the answer of a request with an `Origin`. */
export function corsHeaders(
  rules: readonly CORSRule[],
  { headers, method }: AwsRequest,
): Record<string, string> {
  const origin = headers['origin'];
  if (origin === undefined) return {};
  const rule = rules.find(
    ({ AllowedMethods = [], AllowedOrigins = [] }) =>
      AllowedMethods.includes(method) && AllowedOrigins.some((pattern) => matches(pattern, origin)),
  );
  return rule === undefined ? {} : originHeaders(rule, origin);
}

function originHeaders(rule: CORSRule, origin: string): Record<string, string> {
  const any = rule.AllowedOrigins?.find((pattern) => matches(pattern, origin)) === '*';
  return {
    'access-control-allow-origin': any ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethods?.join(', ') ?? '',
    ...(!any && { 'access-control-allow-credentials': 'true' }),
    ...(rule.ExposeHeaders?.length ? { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** One `*` at most stands for any text; case counts. */
function matches(pattern: string, value: string): boolean {
  const [before = '', after] = pattern.split('*', 2);
  if (after === undefined) return pattern === value;
  return value.length >= before.length + after.length && value.startsWith(before) && value.endsWith(after);
}

/** The rules of a PutBucketCors; none of anything else, as of a DeleteBucketCors. */
export function corsRulesIn(xml: string): CORSRule[] {
  return valuesIn(xml, 'CORSRule').map((rule) => {
    const [age] = valuesIn(rule, 'MaxAgeSeconds');
    return {
      AllowedOrigins: valuesIn(rule, 'AllowedOrigin'),
      AllowedMethods: valuesIn(rule, 'AllowedMethod'),
      AllowedHeaders: valuesIn(rule, 'AllowedHeader'),
      ExposeHeaders: valuesIn(rule, 'ExposeHeader'),
      ...(age !== undefined && { MaxAgeSeconds: Number(age) }),
    };
  });
}

function valuesIn(xml: string, element: string): string[] {
  const found = xml.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'));
  return [...found].map(([, value = '']) => value);
}
