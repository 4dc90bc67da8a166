import type { CorsRuleSet } from '../cors/rule-set.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { OurPolicy } from './our-policies.ts';
import type { ObservedRole } from './observed.ts';

/** The role that Kolena assumes, as it shall be; a session's duration is in seconds. */
export interface DesiredRole {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionDuration: number;
  readonly permissionsBoundaryArn?: string;
  /** Whether a role of that name exists and is adopted by import. */
  readonly exists: boolean;
}

/** One managed policy, as it shall be, attached to the role. */
export interface DesiredPolicy {
  /** Position in the pack, from 1. Stable over runs. */
  readonly number: number;
  /** By `policyNameOf`, or the one that stands in AWS, whose case may be another. */
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly document: PolicyDocument;
  /** The ARN it is adopted under; absent when it is created. */
  readonly importArn?: string;
  readonly attached: boolean;
}

/** One bucket's whole CORS configuration, as it should be. */
export interface DesiredCors {
  readonly bucket: string;
  /** The bucket's region; absent when it was not observed: then the provider's own. */
  readonly region?: string;
  readonly rules: CorsRuleSet;
  /** Whether the rules of others are deleted (`cors: replace`), those that nobody has seen included. */
  readonly replacesOthers: boolean;
  /** Whether the bucket has a CORS configuration, which is adopted by import. */
  readonly exists: boolean;
  /** Whether not Terraform writes the rules, but one exact and atomic call of S3, right after a reading. */
  readonly throughS3: boolean;
}

/** The removal of Kolena's rule from a bucket, through S3 itself: Terraform would delete the rules of others too. */
export interface CorsRemoval extends ForgottenCors {
  /** What the bucket has now: `kolena` goes and `others` stay; with no others the configuration is deleted. */
  readonly rules: CorsRuleSet;
}

/** A bucket whose CORS configuration Terraform forgets: it leaves the state and stays in AWS. */
export interface ForgottenCors {
  readonly bucket: string;
  readonly region: string;
}

/** One of our policies that will be deleted. */
export type PolicyRemoval = Pick<OurPolicy, 'number' | 'name' | 'arn' | 'attached'>;

/** Something a reviewer should know that stops nothing. */
export interface Warning {
  /** Stable, kebab-case: `no-external-id`, `kms-key-not-granted`, `other-policies`, … */
  readonly id: string;
  readonly message: string;
  /** What to do about it, with the very line to add. */
  readonly remedy?: string;
}

/** What shall stand in AWS, in the provider's region, and what has to go: the one value that the stack renders. */
export interface DesiredAccess {
  readonly partition: string;
  /** Absent without credentials. */
  readonly accountId?: string;
  readonly region: string;
  /** Absent when everything is taken away (`destroy`). */
  readonly role?: DesiredRole;
  readonly policies: readonly DesiredPolicy[];
  readonly cors: readonly DesiredCors[];
  readonly tags: Readonly<Record<string, string>>;
  readonly removals: {
    readonly role?: { readonly name: string; readonly path: string };
    readonly policies: readonly PolicyRemoval[];
    /** Roles of former names, each once its policies are detached. @default none */
    readonly formerRoles?: readonly ObservedRole[];
    readonly cors: readonly CorsRemoval[];
    /** CORS configurations of other buckets that Terraform's state holds: it forgets them, AWS is not touched. */
    readonly forgotten?: readonly ForgottenCors[];
  };
  readonly warnings: readonly Warning[];
}
