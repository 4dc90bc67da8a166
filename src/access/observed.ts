import type { AccessConfig } from '../config/access-config.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { BucketGuard } from './bucket-guard.ts';
import type { RoleUse } from './role-use.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';

/** Who calls AWS, and its partition: `aws`, `aws-cn` or `aws-us-gov`. */
export interface Caller {
  readonly accountId: string;
  /** As GetCallerIdentity answers: a user, an assumed-role session, or the account root. */
  readonly arn: string;
  readonly partition: string;
}

/** A managed policy by name and ARN. */
export interface AttachedPolicy {
  readonly name: string;
  readonly arn: string;
}

/** The role of the configured name as it stands in AWS; `created` is in ISO 8601. */
export interface ObservedRole {
  readonly name: string;
  readonly arn: string;
  readonly roleId: string;
  readonly path: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionDuration: number;
  readonly permissionsBoundaryArn?: string;
  /** @default none were read */
  readonly tags?: Readonly<Record<string, string>>;
  readonly attachedPolicies: readonly AttachedPolicy[];
  readonly inlinePolicyNames: readonly string[];
  readonly created?: string;
  /** By anybody, a check included: about four hours late, and of the last 400 days. */
  readonly lastUsed?: RoleUse;
  /** What the policies of others say, attached ones by ARN and inline ones by name. @default this run is not allowed to read it */
  readonly otherDocuments?: Readonly<Record<string, PolicyDocument>>;
}

/** One of our managed policies with its default version: under the configured names, or on our role under a former one. */
export interface ObservedPolicy extends AttachedPolicy {
  readonly document: PolicyDocument;
  /** The oldest version, present only when the policy has five: the next change would push it out. */
  readonly oldestVersion?: { readonly id: string; readonly document: PolicyDocument };
  readonly attached: boolean;
  /** How many other roles, users and groups have it attached or as their permissions boundary. */
  readonly usedElsewhere: number;
}

/** What a version of the config says by which its role and policies are found. */
export interface AccessNames extends Pick<AccessConfig, 'roleName' | 'policyName' | 'iamPath'> {
  /** Of every version, today's too: which one was applied to the role, nobody knows. */
  readonly kolenaPrincipalArns: readonly string[];
}

/** Names that the config gave before, and what stands under them. */
export interface FormerAccess {
  readonly names: AccessNames;
  /** Present while a role of the former name trusts Kolena. */
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
  /** AWS's words when this run is not allowed to read that role. */
  readonly denied?: string;
}

/** One bucket as it stands in AWS. */
export interface ObservedBucket {
  readonly name: string;
  readonly region: string;
  /** In S3's order; empty when the bucket has no CORS configuration. */
  readonly corsRules: readonly CorsRule[];
  /** The customer managed key of the bucket's default encryption; absent for SSE-S3 and AWS managed keys. */
  readonly defaultKmsKeyArn?: string;
  /** @default not looked at: the bucket is not configured, or everything goes */
  readonly guard?: BucketGuard;
}

/** What exists in AWS now; everything later decides from this one value. */
export interface Observed {
  /** Absent when there are no credentials: then all else is empty, and nothing may be concluded from that. */
  readonly caller?: Caller;
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
  /** The account's quota of managed policies per role; absent when it was not asked for: then AWS's default of 10. */
  readonly policiesPerRoleQuota?: number;
  /** The configured buckets, and those that the live policies granted before; by name. */
  readonly buckets: Readonly<Record<string, ObservedBucket>>;
  /** Buckets that only lose their grant and could not be read, which keeps no grant alive. */
  readonly unread?: readonly UnreadBucket[];
  /** What the config named otherwise before. @default nothing is known of it */
  readonly former?: readonly FormerAccess[];
}

/** A bucket that could not be read: `gone` and `other account` are proven, a bare refusal proves neither. */
export interface UnreadBucket {
  readonly name: string;
  readonly why: 'gone' | 'other account' | 'refused';
}

/** What a run without credentials knows of AWS: enough to check quotas, packing and partitions. */
export const nothingObserved: Observed = { policies: [], buckets: {} };

/** A bucket as found, or why it could not be read. */
export type BucketFinding =
  | { readonly kind: 'found'; readonly bucket: ObservedBucket; readonly encryptionUnknown: boolean }
  | { readonly kind: 'missing'; readonly name: string }
  /** `owner`: whether the account of this run owns it, as far as S3 tells. */
  | {
      readonly kind: 'denied';
      readonly name: string;
      readonly owner: 'this' | 'other' | 'unknown';
      readonly cause: unknown;
    };
