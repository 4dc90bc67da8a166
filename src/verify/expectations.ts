import type { AccessConfig } from '../config/access-config.ts';
import { buildArn } from '../config/arn.ts';
import { spellLocation, type BucketLocation } from '../config/bucket-location.ts';
import { kolenaRule } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { DesiredAccess, DesiredRole } from '../access/desired-access.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { temporarySid } from '../iam/temporary-statement.ts';
import { utcSecond } from '../base/time.ts';
import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';

/** One bucket or prefix that Kolena must be able to list and read. */
export interface ExpectedLocation extends BucketLocation {
  /** `bucket` or `bucket/prefix/`: what check ids name it by. */
  readonly name: string;
  /** The key of `verify-object`, when it lies here; else the first listed object is read. */
  readonly objectKey?: string;
}

type OfConfig = 'policyName' | 'kolenaPrincipalArn' | 'objectVersions' | 'kmsKeyArns' | 'otherPolicyArns';

/** What must hold in AWS once the desired access stands. The role must bear the tags; it may have others. */
export interface Expectations
  extends Pick<AccessConfig, OfConfig>, Pick<DesiredAccess, 'partition' | 'accountId' | 'tags' | 'policies'> {
  readonly role: DesiredRole;
  readonly externalId?: string;
  readonly locations: readonly ExpectedLocation[];
  /** By bucket. @default the provider's */
  readonly regions: Readonly<Record<string, string>>;
  /** Origins that every bucket's preflight must allow; empty with `cors: off`. */
  readonly origins: readonly string[];
  readonly ourRule: CorsRule;
  /** Each bucket's CORS rules of others, in order. */
  readonly foreignRules: Readonly<Record<string, readonly CorsRule[]>>;
  /** ISO 8601: when it is. @default not known, and then IAM's simulator is told no time */
  readonly now?: string;
  /** ISO 8601: the end of the access, once it is over; then nothing is to be read any more. */
  readonly ended?: string;
  /** The permanent verifier, which assumes the role without a temporary statement. */
  readonly verifierArn?: string;
}

/** The `verify-…` inputs that say what is to be proven. */
export interface ExpectationOptions {
  /** `s3://bucket/key` or `bucket/key`. */
  readonly verifyObject?: string | undefined;
  readonly verifierArn?: string | undefined;
  /** @default not known: then no access has ended */
  readonly now?: Date | undefined;
}

/** What the config and the access decided from it promise; throws a UserError when `verify-object` lies outside of it. */
export function expectationsOf(
  config: AccessConfig,
  desired: DesiredAccess,
  options: ExpectationOptions = {},
): Expectations {
  const { now } = options;
  const { accessUntil: end } = config;
  if (desired.role === undefined) throw new Error('Access that is taken away promises nothing.');
  const cors = [...desired.removals.cors, ...desired.cors];
  return defined({
    partition: desired.partition,
    accountId: desired.accountId,
    role: { ...desired.role, trustPolicy: withoutOwnStatement(desired.role.trustPolicy) },
    tags: desired.tags,
    policies: desired.policies,
    policyName: config.policyName,
    kolenaPrincipalArn: config.kolenaPrincipalArn,
    externalId: config.kolenaExternalId,
    objectVersions: config.objectVersions,
    kmsKeyArns: config.kmsKeyArns,
    otherPolicyArns: config.otherPolicyArns,
    locations: expectedLocations(config.buckets, options.verifyObject),
    regions: Object.fromEntries(cors.map(({ bucket, region = desired.region }) => [bucket, region])),
    origins: config.cors === 'off' ? [] : config.corsOrigins,
    ourRule: kolenaRule(config),
    foreignRules: Object.fromEntries(cors.map(({ bucket, rules }) => [bucket, rules.others])),
    now: now && utcSecond(now),
    ended: now && end !== undefined && Date.parse(end) <= now.getTime() ? end : undefined,
    verifierArn: options.verifierArn,
  });
}

/** A trust policy that was decided on holds a running check's statement so that nothing changes; it promises nothing. */
function withoutOwnStatement(decided: PolicyDocument): PolicyDocument {
  return { ...decided, Statement: decided.Statement.filter(({ Sid }) => Sid !== temporarySid) };
}

/** The role's ARN, as it will be; `*` stands for an account that is not known. */
export function expectedRoleArn({ partition, accountId, role }: Expectations): string {
  return buildArn({
    partition,
    service: 'iam',
    accountId: accountId ?? '*',
    resource: `role${role.path}${role.name}`,
  });
}

/** The configured locations, the one that holds `verify-object` marked with its key. */
export function expectedLocations(
  buckets: readonly BucketLocation[],
  verifyObject?: string,
): readonly ExpectedLocation[] {
  const locations = buckets.map((location) => ({ ...location, name: spellLocation(location) }));
  if (verifyObject === undefined) return locations;
  // A key may hold any character, a line break too.
  const [, bucket, key = ''] = /^(?:s3:\/\/)?([^/]+)\/(.+)/s.exec(verifyObject) ?? [];
  const holder = locations.find(
    (location) => location.bucket === bucket && key.startsWith(location.prefix ?? ''),
  );
  if (holder === undefined)
    throw new UserError({
      reason: 'invalid-input',
      message: `verify-object "${verifyObject}" lies in none of the configured buckets: ${locations.map(({ name }) => name).join(', ')}.`,
      remedy: 'Name an object of a configured bucket and prefix, as s3://bucket/key.',
    });
  return locations.map((location) => (location === holder ? { ...location, objectKey: key } : location));
}
