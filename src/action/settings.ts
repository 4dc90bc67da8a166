import { z } from 'zod';
import type { DecideOptions } from '../access/decide-access.ts';
import { UserError } from '../base/errors.ts';
import { parsePrincipalArn, type PrincipalArn, partitions, regionPattern } from '../config/arn.ts';
import { bucketNamePattern } from '../config/bucket-location.ts';
import { itemsOf, splitPair } from '../config/text.ts';
import { isConstraint, parseConstraint } from '../config/version-constraint.ts';
import type { ExpectationOptions } from '../verify/expectations.ts';

/** What a run does. */
export type Command = z.output<typeof settingsSchema>['command'];

/** The contract's "How" inputs, validated; absent where nothing was given and there is no default. */
export type Settings = z.output<typeof settingsSchema>;

/** The settings that say how a run is reported. */
export type Reporting = Partial<Settings> &
  Pick<Settings, 'command' | 'comment' | 'comment-key' | 'mask-aws-account-id' | 'mask-external-id'>;

/** @example oneOf(['a', 'b', 'c']) // says 'a, b or c' of another word */
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: words.join(', ').replace(/, ([^,]+)$/, ' or $1') });

const like = (pattern: RegExp, allowed: string) => z.string().regex(pattern, allowed);

/** The ARN of a principal of these types. */
const arnOf = (types: readonly PrincipalArn['type'][], allowed: string) =>
  z.string().refine((text) => {
    const { partition = '', type = 'root' } = parsePrincipalArn(text) ?? {};
    return partitions.includes(partition) && types.includes(type);
  }, allowed);

const accountIdsAllowed =
  'AWS account IDs of 12 digits, one per line or separated by commas; the whole value in quotes, or YAML takes a zero at the front away';

/** https://developer.hashicorp.com/terraform/cli/cloud/settings */
const insteadOfCloud =
  'a backend, and cloud is none: its runs give no plan file that could be shown, approved and then applied. In its place works ' +
  'remote, with a workspace whose execution mode is Local (organization=… and workspaces={"name":"…"} in backend-config); or leave ' +
  'backend out, which needs no state at all';

const regionAllowed = `an AWS region, such as us-east-1, of the partitions ${partitions.join(', ')}; the European Sovereign Cloud (eusc-…) and the isolated regions (us-iso-…) are not served`;

const flag = (byDefault: boolean) =>
  // The spellings of YAML 1.2's core schema, as @actions/core's getBooleanInput takes them.
  z
    .enum(['true', 'True', 'TRUE', 'false', 'False', 'FALSE'], { error: 'true or false' })
    .default(byDefault ? 'true' : 'false')
    .transform((text) => text.toLowerCase() === 'true');

const seconds = (least: number, most: number) => {
  const allowed = `a whole number of seconds, ${least} to ${most}`;
  const whole = z.string().regex(/^\d+$/, allowed).transform(Number);
  return whole.refine((value) => value >= least && value <= most, allowed);
};

const items = (separator: RegExp) => z.string().transform((text) => itemsOf(text, separator));

const pairs = items(/\n/).transform((lines, context) =>
  Object.fromEntries(
    lines.flatMap((input) => {
      const pair = splitPair(input);
      if (pair !== undefined) return [pair];
      context.addIssue({ code: 'custom', message: 'one key=value per line', input });
      return [];
    }),
  ),
);

/**
 * The "How" inputs by their contract names, as strings. Lengths and patterns are those of AWS's AssumeRole page
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const settingsSchema = z
  .object({
    command: oneOf(['synth', 'plan', 'apply', 'verify', 'destroy']).default('plan'),
    config: z.string().optional(),
    'aws-region': z
      .string()
      .refine((text) => regionPattern.test(text) && !/^[a-z]{2}-iso[a-z]?-/.test(text), regionAllowed),
    'role-to-assume': arnOf(
      ['role'],
      'the ARN of an IAM role, such as arn:aws:iam::111122223333:role/deploy',
    ).optional(),
    'role-session-name': like(/^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits and _+=,.@-').optional(),
    'role-duration-seconds': seconds(900, 43_200).optional(),
    audience: z.string().optional(),
    // With commas too, as the input of this name in aws-actions/configure-aws-credentials.
    'allowed-account-ids': items(/[\n,]/)
      .pipe(z.array(like(/^\d{12}$/, accountIdsAllowed)))
      .default([]),
    'terraform-path': z.string().optional(),
    'terraform-version': z
      .string()
      .refine(
        (text) => parseConstraint(text) !== undefined,
        "a version or Terraform's version constraint, such as 1.11.4 or ~> 1.11",
      )
      .optional(),
    'aws-provider-version': z
      .string()
      .refine(isConstraint, "Terraform's version constraint, such as >= 5.100.0, < 7.0.0")
      .default('>= 5.100.0, < 7.0.0'),
    backend: like(/^[a-z][a-z0-9_]*$/, 'the name of a Terraform backend, such as s3').optional(),
    'backend-config': pairs.default({}),
    'lock-timeout': like(
      /^(?:\d+h)?(?:\d+m)?(?:\d+s)?$/,
      'a duration in hours, minutes and seconds, such as 5m, 90s or 1h30m',
    ).default('5m'),
    'github-token': z.string().optional(),
    comment: oneOf(['always', 'on-change', 'never']).default('always'),
    'comment-key': like(/^[\w.@/-]{1,100}$/, '1 to 100 letters, digits and _.@/-').default('default'),
    labels: flag(false),
    'require-approved-plan': flag(false),
    'fail-on-changes': flag(false),
    'drift-issue': flag(false),
    'apply-on-pull-request': flag(false),
    destroy: flag(false),
    'allow-destroy': flag(false),
    verify: oneOf(['assume', 'simulate', 'off']).default('assume'),
    'verify-object': like(
      new RegExp(String.raw`^(?:s3:\/\/)?${bucketNamePattern}\/.+$`),
      'an object, as s3://bucket/key',
    ).optional(),
    'verify-timeout': seconds(0, 3600).default(120),
    'verify-principal-arn': arnOf(['role', 'user'], 'the ARN of an IAM role or user').optional(),
    'mask-aws-account-id': flag(false),
    'mask-external-id': flag(true),
    'report-path': like(
      /[^/\\]\.(?:html?|json)$/i,
      'a file that ends in .html or .json, such as kolena-report.html',
    ).optional(),
    'working-directory': z.string().default('.'),
  })
  .superRefine((settings, context) => {
    if (settings.backend === 'cloud')
      context.addIssue({ code: 'custom', path: ['backend'], message: insteadOfCloud, input: 'cloud' });
    if (settings.backend === undefined && Object.keys(settings['backend-config']).length > 0)
      context.addIssue({
        code: 'custom',
        path: ['backend'],
        message: 'the name of the backend that backend-config belongs to, such as s3',
      });
  });

/** The contract's names of the "How" inputs. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

/** Validates the "How" inputs; throws `invalid-input` with every problem, the value seen and what is allowed. */
export function parseSettings(given: Readonly<Record<string, string>>): Settings {
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [name = ''], message, input }) => {
    const seen = typeof input === 'string' ? input : given[String(name)];
    return `- ${String(name)}: ${JSON.stringify(seen ?? '')} was given; allowed is ${message}`;
  });
  throw new UserError({
    reason: 'invalid-input',
    message: `The inputs have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.join('\n')}`,
    remedy: 'Correct the inputs in the workflow; README.md lists them all.',
  });
}

const { shape } = settingsSchema;
const reportingSchema = z.object({
  command: shape.command.catch('plan'),
  backend: shape.backend.catch(undefined),
  'mask-aws-account-id': shape['mask-aws-account-id'].catch(true),
  'mask-external-id': shape['mask-external-id'].catch(true),
  'report-path': shape['report-path'].catch(undefined),
  'working-directory': shape['working-directory'],
});

/** How to report when not all settings are valid: a mask that cannot be read masks, and no comment is written, whose key may be wrong. */
export function reportingOf(given: Readonly<Record<string, string>>): Reporting {
  return { ...reportingSchema.parse(given), comment: 'never', 'comment-key': 'default' };
}

/** Whether everything is to be taken away, now or for review. */
export function isRemoval({ command, destroy }: Pick<Settings, 'command' | 'destroy'>): boolean {
  return command === 'destroy' || (command === 'plan' && destroy);
}

/** The settings that decide what shall stand and what is to be proven, as of now. */
export function optionsOf(settings: Settings): DecideOptions & ExpectationOptions {
  return {
    region: settings['aws-region'],
    allowDestroy: settings['allow-destroy'],
    verifyObject: settings['verify-object'],
    verifierArn: settings['verify-principal-arn'],
    now: new Date(),
  };
}
