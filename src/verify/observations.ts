import type { CorsRule } from '../cors/rule.ts';
import type { Problem } from '../problem/problem.ts';
import type { FormerAccess, ObservedPolicy, ObservedRole } from '../access/observed.ts';
import type { CheckKind } from './checks.ts';
import type { PolicyDocument, Statement } from '../iam/policy-document.ts';

/** An error answer of AWS. */
export interface Refusal {
  /** AWS's error code in its short spelling (`NoSuchEntity` for `NoSuchEntityException`), or Node's (`ENOTFOUND`). */
  readonly code: string;
  readonly message: string;
  /** HTTP status; absent when AWS did not answer at all. */
  readonly status?: number;
}

/** The code of an answer that a browser keeps from its page: S3 gave the object, but no CORS headers. */
export const noCorsHeaders = 'NoCorsHeaders';

/** How one question to AWS went: answered, refused, or not asked and why. */
export type Attempt<T> =
  | { readonly outcome: 'ok'; readonly value: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'skipped'; readonly message: string };

/** What a call that was made gave: its value, or AWS's refusal. */
export type Answer<T> = Exclude<Attempt<T>, { readonly outcome: 'skipped' }>;

/** How `verify: assume` got, and gave back, the right to assume the role. */
export interface TrustForVerifier {
  /** `temporary`: the statement was added; `permanent`: the caller is `verify-principal-arn`; `none`: no way in. */
  readonly kind: 'temporary' | 'permanent' | 'none';
  readonly statement?: Statement;
  readonly problem?: Problem;
  /** Whether an earlier check, killed half-way, had left its statement in the trust policy. */
  readonly leftovers: boolean;
  /** Whether the trust policy was read back without the temporary statement; absent when none was added. */
  readonly removed?: {
    readonly done: boolean;
    /** Whether the statement was still there when the check ended; absent when that could not be read. */
    readonly stood?: boolean;
    readonly evidence: string;
    /** As it was read back, whoever changed it meanwhile. */
    readonly trustPolicy?: PolicyDocument;
  };
}

/** The first objects of a location. */
export interface Listing {
  readonly count: number;
  /** Whether the listing was cut off after `count`. */
  readonly truncated: boolean;
  /** The keys that can be read as they are, archived ones left out, best first. */
  readonly readable: readonly string[];
}

/** What reading the first byte of an object told. */
export interface ObjectRead {
  readonly key: string;
  /** `AES256`, `aws:kms`, `aws:kms:dsse`; absent when S3 did not say. */
  readonly encryption?: string;
  readonly kmsKeyArn?: string;
}

/** S3's answer to a browser that lets its page have what it asked for, with `Access-Control-Allow-Origin`. */
export interface BrowserAnswer {
  readonly status: number;
  readonly allowOrigin: string;
}

/** What was found of one location. */
export interface LocationObservation {
  readonly list: Attempt<Listing>;
  readonly read: Attempt<ObjectRead>;
  /** The key that `read` is about; absent when none was tried. */
  readonly triedKey?: string;
  /** A presigned GET as Kolena's page sends it: unsigned but for its URL, with Kolena's first origin. */
  readonly presigned: Attempt<BrowserAnswer>;
}

/** What was found of one bucket, its preflights by origin. */
export interface BucketObservation {
  /** The rules as they stand now, in S3's order. */
  readonly corsRules: Attempt<readonly CorsRule[]>;
  readonly preflights: Readonly<Record<string, Attempt<BrowserAnswer>>>;
  /** The same question from `unknownOrigin`, which nobody configured; a refusal is what it should get. */
  readonly unknownOrigin: Attempt<BrowserAnswer>;
  /** The customer managed key of the bucket's default encryption. */
  readonly defaultKmsKeyArn?: string;
}

/** One question that IAM's simulator answers: by allowing it for the check `grants`, by denying it for any other. */
export interface SimulationQuestion {
  readonly check: SimulatedCheck;
  /** What that check is about: a location or a bucket; empty for all other buckets. */
  readonly where: string;
  readonly action: string;
  readonly resource: string;
  /** Context keys of the request, as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The simulator's answer to one question. */
export interface SimulationAnswer {
  readonly question: SimulationQuestion;
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Names of the policies whose statements decided. */
  readonly decidedBy: readonly string[];
  /** Context keys that policies look at and that were not given, so that the answer decides nothing. @default none */
  readonly missingContext?: readonly string[];
  /** Whether the account is in an organization, of whose policies the simulator knows SCPs alone. @default not told */
  readonly inOrganization?: boolean;
  /** Which guard above the role denies, when one does. */
  readonly guard?: 'organization' | 'permissions-boundary';
}

/** The checks that the simulator's answers decide. */
export type SimulatedCheck = Extract<CheckKind, 'grants' | `denies-${string}`>;

/** All that a verification saw, locations and buckets by their names; absent or skipped things say why. */
export interface Observations {
  readonly mode: 'assume' | 'simulate';
  /** Whether an apply came before, which read what it found. @default false */
  readonly afterApply?: boolean;
  /** The caller's own role or user ARN. */
  readonly callerArn: string;
  /** The role read back, less the temporary statement; absent when there is none. */
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
  /** What the config named otherwise before, read back. @default nothing is known of it */
  readonly former?: readonly FormerAccess[];
  /** Role and policies at the verifier's last refusal, temporary statement included. */
  readonly duringCheck?: { readonly role?: ObservedRole; readonly policies: readonly ObservedPolicy[] };
  readonly trust: TrustForVerifier;
  readonly assumed: Attempt<{ readonly arn: string }>;
  readonly withoutExternalId: Attempt<{ readonly arn: string }>;
  readonly wrongExternalId: Attempt<{ readonly arn: string }>;
  readonly locations: Readonly<Record<string, LocationObservation>>;
  readonly buckets: Readonly<Record<string, BucketObservation>>;
  readonly simulation: Attempt<readonly SimulationAnswer[]>;
}

/** The CORS rules read back; `undefined` where they were not. */
export function corsRulesOf(seen: BucketObservation | undefined): readonly CorsRule[] | undefined {
  return seen?.corsRules.outcome === 'ok' ? seen.corsRules.value : undefined;
}
