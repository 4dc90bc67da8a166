import { UserError } from '../base/errors.ts';
import type { CorsRule } from './rule.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
const MOST_RULES = 100;

/** Bytes of the XML document. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
const MOST_BYTES = 64 * 1024;

/** Holds a bucket's rules to S3's limits, 100 rules and 64 KB, before anything is written. Throws `invalid-input`. */
export function requireCorsLimits(bucket: string, rules: readonly CorsRule[]): void {
  const bytes = rules.length > MOST_RULES ? 0 : corsBytes(rules);
  if (rules.length <= MOST_RULES && bytes <= MOST_BYTES) return;
  const [seen, most] =
    rules.length > MOST_RULES
      ? [`${rules.length} CORS rules`, MOST_RULES]
      : [`${bytes} bytes of CORS rules`, MOST_BYTES];
  throw new UserError({
    reason: 'invalid-input',
    message: `Bucket ${bucket} would have ${seen} with Kolena's; S3 takes at most ${most}.`,
    remedy: `Remove or join some of the rules of ${bucket}, or set \`cors: replace\` if none of them is needed, or \`cors: off\` to leave CORS to yourself.`,
  });
}

/** Bytes of the document that PutBucketCors sends. */
function corsBytes(rules: readonly CorsRule[]): number {
  const xml = rules.map(
    (rule) =>
      `<CORSRule>${Object.entries(rule)
        .map(([name, value]) => elements(name, value as string | number | readonly string[]))
        .join('')}</CORSRule>`,
  );
  return new TextEncoder().encode(
    `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${xml.join('')}</CORSConfiguration>`,
  ).length;
}

/** Lists repeat their element, which is named in the singular. */
function elements(name: string, value: string | number | readonly string[]): string {
  if (typeof value === 'object') return value.map((item) => elements(name.replace(/s$/, ''), item)).join('');
  const text = String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<${name}>${text}</${name}>`;
}
