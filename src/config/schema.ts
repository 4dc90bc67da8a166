import { z } from 'zod';
import { quote } from '../base/quote.ts';
import { accessUntil, endOfAccess } from './access-until.ts';
import * as arns from './arn-rules.ts';
import { locationPattern, parseLocation } from './bucket-location.ts';
import { corsOrigin } from './cors-origin.ts';
import * as iam from './iam-names.ts';
import { MOST_TAGS, tagKeyPattern, tagLinePattern, tagProblems, tagValuePattern } from './tags.ts';
import { splitPair, type TextRule } from './text.ts';

declare module 'zod' {
  interface GlobalMeta {
    /** How the text of an Action input is read: one item per line, `true` or `false`, or digits. @default as it is */
    readonly kind?: 'lines' | 'flag' | 'number';
  }
}

/** More than the policies of a role or the CORS rules of a bucket hold. */
const MOST_ITEMS = 4000;
const tooMany = `names more than ${MOST_ITEMS} items, which no role has room for: split the config over several roles`;

/** A string that a rule of AWS holds for; editors go by the pattern, and messages show what is not secret. */
function text({ pattern, problemOf }: TextRule, isSecret = false): z.ZodString {
  return z
    .string()
    .check(({ value, issues }) => {
      const problem = problemOf(value);
      if (problem === undefined) return;
      const message = isSecret ? problem : `${quote(value)} ${problem}`;
      issues.push({ code: 'custom', input: undefined, message });
    })
    .meta({ pattern: pattern.source });
}

const location = z
  .string()
  .meta({ pattern: locationPattern.source })
  .transform((value, { issues }) => {
    const parsed = parseLocation(value);
    if (!('problem' in parsed)) return parsed;
    issues.push({ code: 'custom', input: value, message: `${quote(value)} ${parsed.problem}` });
    return z.NEVER;
  });

// Their rules are checked over the whole set, by `tagProblems`.
const tagKey = z.string().meta({ pattern: tagKeyPattern.source, maxLength: 128 });
const tagValue = z.string().meta({ pattern: tagValuePattern.source, maxLength: 256 });
const tagLine = z.string().meta({ pattern: tagLinePattern.source });

const tags = z
  .union(
    [
      z.record(tagKey, tagValue).meta({ maxProperties: MOST_TAGS }),
      z.array(tagLine).meta({ maxItems: MOST_TAGS }),
    ],
    { error: 'must hold text, as `key: value` or `key=value`' },
  )
  .transform((given, { issues }) => {
    const report = (message: string) => issues.push({ code: 'custom', input: given, message });
    const pairs = Array.isArray(given)
      ? given.flatMap((line) => {
          const pair = splitPair(line);
          if (!pair) report(`${quote(line)} is not a tag: write key=value`);
          return pair ? [pair] : [];
        })
      : Object.entries(given);
    tagProblems(pairs).forEach(report);
    return Object.fromEntries(pairs);
  });

const flag = (description: string, fallback: boolean) =>
  z.boolean().meta({ kind: 'flag', description }).prefault(fallback);

const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(MOST_ITEMS, tooMany);

const seconds = z.int({ error: 'must be a whole number of seconds, 3600 to 43200' });

/** The "Access" keys of the contract, each value by itself; `cross-checks.ts` holds them against one another. */
export const accessFields = z.strictObject({
  buckets: list(location)
    .min(1, 'names no bucket')
    .meta({
      kind: 'lines',
      description:
        'What Kolena can read: `name`, `name/prefix/`, `s3://name/prefix/` or a bucket ARN. A prefix narrows s3:GetObject to it and s3:ListBucket by s3:prefix.',
      examples: [['share-with-kolena', 's3://camera-logs/2026/']],
    }),
  'kolena-principal-arn': text(arns.principalArn).meta({
    description: 'The AWS principal that Kolena gave you: a role, user or account root ARN.',
    examples: ['arn:aws:iam::111122223333:role/kolena'],
  }),
  'kolena-external-id': text(iam.externalId, true)
    .meta({
      description:
        'The sts:ExternalId that the trust policy demands. Without it a warning names the confused-deputy risk.',
    })
    .optional(),
  'access-until': text(accessUntil)
    .transform(endOfAccess)
    .meta({
      description:
        'When the access ends: a date, which includes that day (UTC), or a time with its zone. Without it the access has no end.',
      examples: ['2027-06-30', '2027-06-30T18:00:00+02:00'],
    })
    .optional(),
  'role-name': text(iam.roleName)
    .meta({ description: 'Name of the role that Kolena assumes.' })
    .prefault('KolenaS3ReadAccess'),
  'policy-name': text(iam.policyName)
    .meta({ description: 'Name of the access policy; further ones get -2, -3, …' })
    .prefault('KolenaS3ReadAccess'),
  'iam-path': text(iam.iamPath).meta({ description: 'IAM path of role and policies.' }).prefault('/'),
  'permissions-boundary-arn': text(arns.policyArn)
    .meta({
      description: 'Permissions boundary of the role.',
      examples: ['arn:aws:iam::111122223333:policy/boundary'],
    })
    .optional(),
  'other-policy-arns': list(text(arns.policyArn))
    .meta({
      kind: 'lines',
      description:
        'Other policies that are allowed to stay on the role and grant more reading; any other right beyond the config fails the check.',
      examples: [['arn:aws:iam::111122223333:policy/more-reading']],
    })
    .prefault([]),
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  'max-session-duration': seconds
    .min(3600, 'must be 3600 to 43200 seconds')
    .max(43_200, 'must be 3600 to 43200 seconds')
    .meta({ kind: 'number', description: 'Longest session of the role in seconds.' })
    .prefault(3600),
  'include-public-datasets': flag('Whether to grant kolena-public-datasets too.', true),
  'object-versions': flag('Whether to add s3:GetObjectVersion.', false),
  'kms-key-arns': list(text(arns.kmsKeyArn))
    .meta({
      kind: 'lines',
      description: 'KMS keys on which kms:Decrypt is granted, only via S3.',
      examples: [['arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab']],
    })
    .prefault([]),
  cors: z
    .enum(['merge', 'replace', 'off'])
    .meta({
      description:
        "`merge` adds Kolena's rule and keeps all other rules; `replace` deletes all other rules; `off` removes Kolena's rule.",
    })
    .prefault('merge'),
  'cors-origins': list(text(corsOrigin))
    .min(1, 'names no origin: leave it out for https://app.kolena.io, or set cors to off')
    .meta({ kind: 'lines', description: 'Web origins that can read objects in the browser.' })
    .prefault(['https://app.kolena.io']),
  tags: tags
    .meta({ kind: 'lines', description: 'Tags of role and policies.', examples: [{ team: 'vision' }] })
    .prefault({}),
});
