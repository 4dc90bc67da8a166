import { matchingRule } from '../cors/browser.ts';
import { splitRules } from '../cors/rule-set.ts';
import { concreteOrigin } from './browser-origins.ts';
import type { Check } from './check.ts';
import { corsDifference } from '../cors/difference.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import { type BucketObservation, noCorsHeaders, type Observations, type Refusal } from './observations.ts';
import { rulesOf, unknownOriginCheck } from './unknown-origin-verdict.ts';
import { fail, pass, type Subject, unprovable } from './verdict.ts';

/** Whether Kolena's web page gets at the buckets, nobody else's does, and the foreign CORS rules stand as they were. */
export function browserChecks(expectations: Expectations, observations: Observations): Check[] {
  const buckets = [...new Set(expectations.locations.map(({ bucket }) => bucket))];
  const asked = expectations.origins.length === 0 ? [] : buckets;
  return [
    ...(asked.length === 0
      ? []
      : expectations.locations.map((location) => presigned(expectations, observations, location))),
    ...asked.flatMap((bucket) => preflights(expectations, observations, bucket)),
    ...Object.keys(expectations.foreignRules).map((bucket) =>
      foreignCors(expectations, observations, bucket),
    ),
  ];
}

function presigned(
  expectations: Expectations,
  { locations, buckets }: Observations,
  location: ExpectedLocation,
): Check {
  const origin = concreteOrigin(expectations.origins[0] ?? '');
  const subject: Subject = {
    id: `presigned:${location.name}`,
    title: `A page of ${origin} loads an object of s3://${location.name} by a presigned URL.`,
  };
  const seen = locations[location.name]?.presigned;
  if (seen === undefined || seen.outcome === 'skipped')
    return unprovable(subject, seen?.why ?? 'Nobody was in the role to sign a URL.');
  if (seen.outcome === 'ok')
    return pass(subject, `S3 answered ${seen.value.status} and allows ${seen.value.allowOrigin}.`);
  if (seen.refusal.code === noCorsHeaders)
    return refusedByRules(subject, { refusal: seen.refusal, origin, seen: buckets[location.bucket] });
  const said = `S3 answered ${seen.refusal.code}: ${seen.refusal.message}`;
  if (seen.refusal.status !== 403)
    return fail(subject, said, 'Run again; if it stays, look the code up in the S3 error list.');
  // The session's own read came from the same machine, so its address is not the reason.
  return fail(
    subject,
    `${said} From here the role itself may read the object, so a condition of the bucket's policy looks at how it is asked for, as on s3:authType, s3:signatureAge or aws:Referer.`,
    "Except the role from that statement of the bucket's policy.",
  );
}

function preflights({ origins, ourRule }: Expectations, { buckets }: Observations, bucket: string): Check[] {
  const seen = buckets[bucket];
  return [
    ...origins.map((configured): Check => {
      const origin = concreteOrigin(configured);
      const subject: Subject = {
        id: `preflight:${bucket}:${configured}`,
        title: `${bucket} lets pages of ${configured} read.`,
      };
      const answer = seen?.preflights[configured];
      if (answer === undefined || answer.outcome === 'skipped')
        return unprovable(subject, answer?.why ?? 'The bucket was not asked.');
      if (answer.outcome === 'ok') return pass(subject, `The preflight of ${origin} is allowed.`);
      return refusedByRules(subject, { refusal: answer.refusal, origin, seen });
    }),
    unknownOriginCheck(bucket, seen, ourRule),
  ];
}

interface RefusedByRules {
  readonly refusal: Refusal;
  readonly origin: string;
  readonly seen: BucketObservation | undefined;
}

function refusedByRules(subject: Subject, { refusal, origin, seen }: RefusedByRules): Check {
  const rules = rulesOf(seen);
  const said = `S3 answered ${refusal.code}: ${refusal.message}`;
  const rule = matchingRule(rules, { origin, method: 'GET' });
  if (rule !== undefined)
    return fail(
      subject,
      `${said} The rules read back allow it, so S3 has not spread them yet, or a proxy before S3 answers by itself.`,
      'Raise verify-timeout and run `command: verify` again.',
    );
  const origins = [...new Set(rules.flatMap(({ AllowedOrigins }) => AllowedOrigins))];
  const found =
    rules.length === 0
      ? 'The bucket has no CORS rules.'
      : `No rule lets it GET; origins with a rule: ${origins.join(', ')}.`;
  return fail(
    subject,
    `${said} ${found}`,
    'Run `command: apply`, which adds the rule for the configured cors-origins.',
  );
}

function foreignCors(expectations: Expectations, { buckets }: Observations, bucket: string): Check {
  const subject: Subject = {
    id: `foreign-cors:${bucket}`,
    title: `The CORS rules of ${bucket} that are not Kolena's are as they were.`,
  };
  const read = buckets[bucket]?.corsRules;
  if (read === undefined || read.outcome === 'skipped')
    return unprovable(subject, 'The rules were not read back.');
  if (read.outcome === 'refused')
    return unprovable(
      subject,
      `They could not be read back: ${read.refusal.message}`,
      `Allow s3:GetBucketCORS on ${bucket} to the role that this run uses.`,
    );
  const seen = splitRules(read.value, expectations.ourRule).others;
  const difference = corsDifference(expectations.foreignRules[bucket] ?? [], seen);
  if (difference === undefined)
    return pass(
      subject,
      seen.length === 0 ? 'There are none.' : `${seen.length} read back, each equal field by field.`,
    );
  return fail(
    subject,
    `Of the rules that are not Kolena's, read back, ${difference}.`,
    'See who else writes the CORS rules of this bucket, and run `command: apply`.',
  );
}
