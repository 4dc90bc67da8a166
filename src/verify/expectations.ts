import type { AccessConfig } from '../config/access-config.ts';
import { buildArn } from '../config/arn.ts';
import { spellLocation, type BucketLocation } from '../config/bucket-location.ts';
import { kolenaRule } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { DesiredAccess, DesiredPolicy, DesiredRole } from '../access/desired-access.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { temporarySid } from '../iam/temporary-statement.ts';
import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';

/** One bucket or prefix that Kolena must be able to list and read. */
export interface ExpectedLocation extends BucketLocation {
  /** `bucket` or `bucket/prefix/`: what check ids name it by. */
  readonly name: string;
  /** The key of `verify-object`, when it lies here; else the first listed object is read. */
  readonly objectKey?: string;
}

/** What must hold in AWS once the desired access stands. */
export interface Expectations {
  readonly partition: string;
  readonly accountId?: string;
  readonly role: DesiredRole;
  /** That the role must bear; it may have others. */
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly DesiredPolicy[];
  /** Of the first policy; the others add `-2`, … */
  readonly policyName: string;
  readonly kolenaPrincipalArn: string;
  readonly externalId?: string;
  readonly objectVersions: boolean;
  readonly kmsKeyArns: readonly string[];
  /** Managed policies of others that may be attached to the role. */
  readonly otherPolicyArns: readonly string[];
  readonly locations: readonly ExpectedLocation[];
  /** By bucket. @default the provider's */
  readonly regions: Readonly<Record<string, string>>;
  /** Origins that every bucket's preflight must allow; empty with `cors: off`. */
  readonly origins: readonly string[];
  /** The CORS rule that lets Kolena's page in. */
  readonly ourRule: CorsRule;
  /** Each bucket's CORS rules of others, in order. */
  readonly foreignRules: Readonly<Record<string, readonly CorsRule[]>>;
  /** The permanent verifier, which assumes the role without a temporary statement. */
  readonly verifierArn?: string;
}

/** The `verify-…` inputs that say what is to be proven. */
export interface ExpectationOptions {
  /** `s3://bucket/key` or `bucket/key`. */
  readonly verifyObject?: string | undefined;
  readonly verifierArn?: string | undefined;
}

/** What the config and the access decided from it promise; throws a UserError when `verify-object` lies outside of it. */
export function expectationsOf(
  config: AccessConfig,
  desired: DesiredAccess,
  options: ExpectationOptions = {},
): Expectations {
  if (desired.role === undefined) throw new Error('Access that is taken away promises nothing.');
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
    regions: Object.fromEntries(
      [...desired.removals.cors, ...desired.cors].map(({ bucket, region }) => [
        bucket,
        region ?? desired.region,
      ]),
    ),
    origins: config.cors === 'off' ? [] : config.corsOrigins,
    ourRule: kolenaRule(config),
    foreignRules: Object.fromEntries(
      [...desired.removals.cors, ...desired.cors].map(({ bucket, rules }) => [bucket, rules.others]),
    ),
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
  const [, bucket, key] = /^(?:s3:\/\/)?([^/]+)\/(.+)$/.exec(verifyObject) ?? [];
  const holder = locations.find(
    (location) => location.bucket === bucket && key?.startsWith(location.prefix ?? ''),
  );
  if (holder === undefined || key === undefined) {
    throw new UserError({
      reason: 'invalid-input',
      message: `verify-object "${verifyObject}" lies in none of the configured buckets: ${locations.map(({ name }) => name).join(', ')}.`,
      remedy: 'Name an object of a configured bucket and prefix, as s3://bucket/key.',
    });
  }
  return locations.map((location) => (location === holder ? { ...location, objectKey: key } : location));
}
