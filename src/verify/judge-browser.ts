import { matchingRule } from '../cors/browser.ts';
import type { CorsRule } from '../cors/rule.ts';
import { concreteOrigin } from './browser-origins.ts';
import { about, type Check, type Verdicts } from './check.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import {
  type BucketObservation,
  corsRulesOf,
  noCorsHeaders,
  type Observations,
  type Refusal,
} from './observations.ts';

/** Whether Kolena's web page can read the buckets; nothing is asked where no page is expected to. */
export function judgeBrowser(expectations: Expectations, observations: Observations): Check[] {
  const { origins, ended, locations } = expectations;
  const [first] = origins;
  if (first === undefined) return [];
  const loading = ended === undefined ? locations : [];
  const buckets = [...new Set(locations.map(({ bucket }) => bucket))];
  return [
    ...loading.map((location) => presigned(concreteOrigin(first), observations, location)),
    ...buckets.flatMap((bucket) => preflights(expectations, observations.buckets[bucket], bucket)),
  ];
}

function presigned(origin: string, { locations, buckets }: Observations, location: ExpectedLocation): Check {
  const verdict = about('presigned', { location: location.name, origin });
  const seen = locations[location.name]?.presigned;
  if (seen === undefined || seen.outcome === 'skipped')
    return verdict.unprovable(seen?.message ?? 'Nobody was in the role to sign a URL.');
  if (seen.outcome === 'ok')
    return verdict.pass(`S3 answered ${seen.value.status} and allows ${seen.value.allowOrigin}.`);
  if (seen.refusal.code === noCorsHeaders)
    return refusedByRules(verdict, { refusal: seen.refusal, origin, seen: buckets[location.bucket] });
  const said = `S3 answered ${seen.refusal.code}: ${seen.refusal.message}`;
  if (seen.refusal.status !== 403)
    return verdict.fail(said, 'Run again; if it stays, look the code up in the S3 error list.');
  // The session's own read came from the same machine, so its address is not the reason.
  return verdict.fail(
    `${said} From here the role itself may read the object, so a condition of the bucket's policy looks at how it is asked for, as on s3:authType, s3:signatureAge or aws:Referer.`,
    "Exempt the role from that statement of the bucket's policy.",
  );
}

function preflights({ origins }: Expectations, seen: BucketObservation | undefined, bucket: string): Check[] {
  return origins.map((configured) => {
    const verdict = about('preflight', { bucket, origin: configured });
    const origin = concreteOrigin(configured);
    const answer = seen?.preflights[configured];
    if (answer === undefined || answer.outcome === 'skipped')
      return verdict.unprovable(answer?.message ?? 'The bucket was not asked.');
    if (answer.outcome === 'ok') return verdict.pass(`The preflight of ${origin} is allowed.`);
    return refusedByRules(verdict, { refusal: answer.refusal, origin, seen });
  });
}

function refusedByRules(
  verdict: Verdicts<'presigned' | 'preflight'>,
  { refusal, origin, seen }: { refusal: Refusal; origin: string; seen: BucketObservation | undefined },
): Check {
  const rules = corsRulesOf(seen);
  const said = `S3 answered ${refusal.code}: ${refusal.message}`;
  const rule = matchingRule(rules ?? [], { origin, method: 'GET' });
  if (rule !== undefined)
    return verdict.fail(
      `${said} The rules read back allow it, so S3 has not spread them yet, or a proxy in front of S3 answers.`,
      'Raise verify-timeout and run `command: verify` again.',
    );
  return verdict.fail(
    `${said} ${whatRulesAllow(rules)}`,
    'Run `command: apply`, which adds the rule for the configured cors-origins.',
  );
}

function whatRulesAllow(rules: readonly CorsRule[] | undefined): string {
  if (rules === undefined) return "The bucket's CORS rules were not read.";
  if (rules.length === 0) return 'The bucket has no CORS rules.';
  const origins = new Set(rules.flatMap(({ AllowedOrigins }) => AllowedOrigins));
  return `No rule lets it GET; origins with a rule: ${[...origins].join(', ')}.`;
}
