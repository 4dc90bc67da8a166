import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { joinRules, splitRules, type CorsRuleSet } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { CorsRemoval, DesiredCors } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { defined } from '../base/defined.ts';
import { settleAll } from '../base/settle-all.ts';
import { UserError } from '../base/errors.ts';
import { corsDifference } from '../cors/difference.ts';
import type { AwsClients } from './clients.ts';
import { systemClock } from './clock.ts';
import type { Clock } from '../base/clock.ts';
import { explicitDenyRemedy } from '../problem/denial.ts';
import { isCode, isDenied, notFromAws } from '../problem/aws-error.ts';

/** Milliseconds between read-backs: a bucket's settings are eventually consistent. */
const readBackPauses = [500, 1000, 2000, 4000];

/** The bucket's CORS rules in S3's order; none when it has no CORS configuration. */
export async function readCorsRules(
  s3: S3Client,
  bucket: string,
  abortSignal?: AbortSignal,
): Promise<readonly CorsRule[]> {
  try {
    const command = new GetBucketCorsCommand({ Bucket: bucket });
    const { CORSRules = [] } = await s3.send(command, defined({ abortSignal }));
    // S3 keeps no empty configuration. To take a proxy's own page for one would delete the bucket's rules.
    if (CORSRules.length === 0) throw notFromAws(`GetBucketCors of ${bucket}`);
    return CORSRules.map(asCorsRule);
  } catch (error) {
    if (isCode(error, 'NoSuchCORSConfiguration')) return [];
    throw error;
  }
}

interface BucketRules {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly rules: readonly CorsRule[];
}

/** Makes `rules` the bucket's whole CORS configuration; none deletes it. Throws `apply-failed` when AWS denies it. */
async function writeCorsRules({ s3, bucket, rules }: BucketRules): Promise<void> {
  try {
    if (rules.length === 0) await s3.send(new DeleteBucketCorsCommand({ Bucket: bucket }));
    else
      await s3.send(
        // The SDK's lists are mutable; it changes none.
        new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: rules as CORSRule[] } }),
      );
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new UserError({
      reason: 'apply-failed',
      message: `This run is not allowed to change the CORS rules of ${bucket}: ${(error as Error).message}`,
      remedy:
        explicitDenyRemedy((error as Error).message) ??
        `Allow s3:PutBucketCORS on the bucket ${bucket} to the role that this run uses, and run again.`,
      cause: error,
    });
  }
}

/** Reads the buckets' rules again and throws `plan-changed` when they are not those that the plan was made from. */
export async function requireUnchangedCors(clients: AwsClients, observed: Observed): Promise<void> {
  const differences = await Promise.all(
    Object.values(observed.buckets).map(async ({ name, region, corsRules }) => {
      const difference = corsDifference(corsRules, await readCorsRules(clients.s3(region), name));
      return difference === undefined ? [] : [`${name}: ${difference}`];
    }),
  );
  if (differences.flat().length === 0) return;
  throw new UserError({
    reason: 'plan-changed',
    message: `Somebody changed CORS rules after the plan was made, and applying it would undo that. ${differences.flat().join('; ')}.`,
    remedy: 'Plan again, so that the change is kept; nothing has been applied.',
  });
}

/** Removes Kolena's rule from each bucket, and no other. Throws `apply-failed` where other rules changed meanwhile. */
export async function removeKolenaRules(
  clients: AwsClients,
  removals: readonly CorsRemoval[],
): Promise<void> {
  const needed = removals.filter(({ rules }) => rules.kolena !== undefined);
  await settleAll(
    needed.map(async ({ bucket, region, rules }) => {
      const s3 = clients.s3(region);
      requireSameOthers(bucket, rules, await readCorsRules(s3, bucket));
      await writeCorsRules({ s3, bucket, rules: rules.others });
    }),
  );
}

/** The CORS rules of a bucket as they were read last. */
export interface ReadRules {
  readonly bucket: string;
  readonly rules: readonly CorsRule[];
  /** Whether they had to be written first. */
  readonly isWritten: boolean;
}

/** Writes `cors` where S3's rules differ; gives all as read then. Throws `apply-failed` where other rules changed. */
export async function putBackCors(
  clients: AwsClients,
  cors: readonly DesiredCors[],
  clock: Clock = systemClock,
): Promise<readonly ReadRules[]> {
  return settleAll(
    cors.map(async ({ bucket, region, rules: wanted, replacesOthers }) => {
      const s3 = clients.s3(region);
      const rules = joinRules(wanted);
      const current = await readCorsRules(s3, bucket);
      if (corsDifference(rules, current) === undefined) return { bucket, rules: current, isWritten: false };
      if (!replacesOthers) requireSameOthers(bucket, wanted, current);
      await writeCorsRules({ s3, bucket, rules });
      return { bucket, rules: await readBack({ s3, bucket, rules }, clock), isWritten: true };
    }),
  );
}

/** Throws `apply-failed`, before anything is written, where somebody changed the other rules since the plan. */
function requireSameOthers(bucket: string, planned: CorsRuleSet, current: readonly CorsRule[]): void {
  const difference = corsDifference(planned.others, splitRules(current, planned.kolena).others);
  if (difference === undefined) return;
  throw new UserError({
    reason: 'apply-failed',
    message: `Somebody changed the CORS rules of ${bucket} while this run applied: of the rules that are not Kolena's, ${difference}. They are as that change left them: this run did not write them.`,
    remedy: 'Plan and apply again: what was done is found, and what was changed is kept.',
  });
}

/** The rules that were written, once S3 answers with them. */
async function readBack({ s3, bucket, rules }: BucketRules, clock: Clock): Promise<readonly CorsRule[]> {
  let difference: string | undefined;
  for (const pause of [...readBackPauses, undefined]) {
    const read = await readCorsRules(s3, bucket);
    difference = corsDifference(rules, read);
    if (difference === undefined) return read;
    if (pause !== undefined) await clock.sleep(pause);
  }
  throw new UserError({
    reason: 'apply-failed',
    message: `The CORS rules of ${bucket} were written, but read back ${difference}.`,
    remedy: 'See who else writes the CORS rules of this bucket, and run apply again.',
  });
}

/** Leaves out what the answer leaves out, so that an absent field is never written back as an empty one. */
function asCorsRule(rule: CORSRule): CorsRule {
  const { ID, AllowedHeaders, AllowedMethods = [], AllowedOrigins = [], ExposeHeaders, MaxAgeSeconds } = rule;
  return defined({ ID, AllowedHeaders, AllowedMethods, AllowedOrigins, ExposeHeaders, MaxAgeSeconds });
}
