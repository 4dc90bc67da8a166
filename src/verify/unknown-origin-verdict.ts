import { matchingRule } from '../cors/browser.ts';
import { isKolenaRule } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import { unknownOrigin } from './browser-origins.ts';
import type { Check } from './check.ts';
import type { BucketObservation } from './observations.ts';
import { fail, pass, type Subject, unprovable, warning } from './verdict.ts';

/** Whether the bucket refuses a page that nobody configured; if not, whose rule lets it in. */
export function unknownOriginCheck(
  bucket: string,
  seen: BucketObservation | undefined,
  ourRule: CorsRule,
): Check {
  const subject: Subject = {
    id: `preflight-unknown-origin:${bucket}`,
    title: `${bucket} lets no page of an unknown origin read.`,
  };
  const answer = seen?.unknownOrigin;
  if (answer === undefined || answer.outcome === 'skipped')
    return unprovable(subject, answer?.why ?? 'The bucket was not asked.');
  if (answer.outcome === 'refused') {
    return answer.refusal.status === 403
      ? pass(subject, `The preflight of ${unknownOrigin} is refused.`)
      : unprovable(subject, `S3 answered ${answer.refusal.code}: ${answer.refusal.message}`);
  }
  const asked = { origin: unknownOrigin, method: 'GET' };
  const rule = matchingRule(rulesOf(seen), asked);
  if (rule !== undefined && matchingRule([ourRule], asked) !== undefined)
    return warning(
      subject,
      `The preflight of ${unknownOrigin} is allowed, since the config's cors-origins let every page read: ${ourRule.AllowedOrigins.join(', ')}.`,
      "Name Kolena's origins alone in cors-origins.",
    );
  if (rule !== undefined && isKolenaRule(rule, ourRule))
    return fail(
      subject,
      `The preflight of ${unknownOrigin} is allowed by Kolena's rule, which somebody changed: ${JSON.stringify(rule)}`,
      'Run `command: apply`, which writes the rule anew.',
    );
  if (rule !== undefined) {
    return warning(
      subject,
      `The preflight of ${unknownOrigin} is allowed by a rule that is not Kolena's and was left alone: ${JSON.stringify(rule)}`,
      "Narrow that rule's AllowedOrigins, if it need not be open to every page.",
    );
  }
  return fail(
    subject,
    `The preflight of ${unknownOrigin} is allowed, though no CORS rule of the bucket allows it.`,
    'See whether a proxy or gateway before S3 answers preflights by itself.',
  );
}

/** The CORS rules read back; none where they could not be read. */
export function rulesOf(seen: BucketObservation | undefined): readonly CorsRule[] {
  return seen?.corsRules.outcome === 'ok' ? seen.corsRules.value : [];
}
