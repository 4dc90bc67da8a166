import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import type { AccessConfig } from '../config/access-config.ts';
import { foreignRules, ourCorsRule, sameForeignRules } from '../cors/merge.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { CorsRemoval, DesiredCors } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { allEnded } from '../base/settle-all.ts';
import { UserError } from '../base/errors.ts';
import { corsDifference } from '../cors/difference.ts';
import type { AwsClients } from './clients.ts';
import { systemClock } from './clock.ts';
import type { Clock } from '../base/clock.ts';
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
    const { CORSRules = [] } = await s3.send(new GetBucketCorsCommand({ Bucket: bucket }), {
      ...(abortSignal !== undefined && { abortSignal }),
    });
    // S3 keeps no empty configuration. Taken for one, a proxy's own page would cost the rules that stand there.
    if (CORSRules.length === 0) throw notFromAws(`GetBucketCors of ${bucket}`);
    return CORSRules.map(asCorsRule);
  } catch (error) {
    if (isCode(error, 'NoSuchCORSConfiguration')) return [];
    throw error;
  }
}

/** Makes `rules` the bucket's whole CORS configuration; none deletes it. Throws a UserError `apply-failed` when it may not. */
export async function writeCorsRules(
  s3: S3Client,
  bucket: string,
  rules: readonly CorsRule[],
): Promise<void> {
  try {
    if (rules.length === 0) await s3.send(new DeleteBucketCorsCommand({ Bucket: bucket }));
    else
      await s3.send(
        new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: rules.map(asInput) } }),
      );
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new UserError({
      reason: 'apply-failed',
      message: `This run may not change the CORS rules of ${bucket}: ${(error as Error).message}`,
      remedy: `Allow s3:PutBucketCORS on the bucket ${bucket} to the role that this run uses, and run again.`,
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

/** What the config says of CORS. */
type CorsConfig = Pick<AccessConfig, 'cors' | 'corsOrigins'>;

/**
 * Takes our rule from each bucket and leaves the others exactly as they were. Throws `apply-failed`, and does not write,
 * where the others are no longer as they were.
 */
export async function removeOurCors(
  clients: AwsClients,
  removals: readonly CorsRemoval[],
  config: CorsConfig,
): Promise<void> {
  const ours = ourCorsRule(config);
  const present = removals.filter((removal) => removal.present);
  await allEnded(
    present.map(async ({ bucket, region, keep }) => {
      const s3 = clients.s3(region);
      const difference = corsDifference(keep, foreignRules(await readCorsRules(s3, bucket), ours));
      if (difference !== undefined) throw changedMeanwhile(bucket);
      await writeCorsRules(s3, bucket, keep);
    }),
  );
}

interface PutBack {
  readonly config: CorsConfig;
  readonly clock?: Clock;
}

/**
 * Writes the rules anew where they differ from `cors`, reads them back, and gives the buckets where that was so. Throws
 * `apply-failed`, and does not write, where somebody changed foreign rules since the plan was made.
 */
export async function putBackCors(
  clients: AwsClients,
  cors: readonly DesiredCors[],
  { config, clock = systemClock }: PutBack,
): Promise<readonly string[]> {
  const ours = ourCorsRule(config);
  const written = await allEnded(
    cors.map(async ({ bucket, region, rules }) => {
      const s3 = clients.s3(region);
      const standing = await readCorsRules(s3, bucket);
      if (corsDifference(rules, standing) === undefined) return [];
      if (config.cors !== 'replace' && !sameForeignRules(rules, standing, ours))
        throw changedMeanwhile(bucket);
      await writeCorsRules(s3, bucket, rules);
      await requireReadBack({ s3, bucket, rules, clock });
      return [bucket];
    }),
  );
  return written.flat();
}

function changedMeanwhile(bucket: string): UserError {
  return new UserError({
    reason: 'apply-failed',
    message: `Somebody changed the CORS rules of ${bucket} while this run applied. They stand as they are now, and this run has not written them.`,
    remedy: 'Plan and apply again: what was done is found, and what was changed is kept.',
  });
}

interface ReadBack {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly rules: readonly CorsRule[];
  readonly clock: Clock;
}

async function requireReadBack({ s3, bucket, rules, clock }: ReadBack): Promise<void> {
  for (const pause of [...readBackPauses, undefined]) {
    const difference = corsDifference(rules, await readCorsRules(s3, bucket));
    if (difference === undefined) return;
    if (pause === undefined)
      throw new UserError({
        reason: 'apply-failed',
        message: `The CORS rules of ${bucket} were written, but read back ${difference}.`,
        remedy: 'See who else writes the CORS rules of this bucket, and run apply again.',
      });
    await clock.sleep(pause);
  }
}

/** Leaves out what the answer leaves out, so that an absent field is never written back as an empty one. */
function asCorsRule(rule: CORSRule): CorsRule {
  const { ID, AllowedHeaders, AllowedMethods = [], AllowedOrigins = [], ExposeHeaders, MaxAgeSeconds } = rule;
  return {
    ...(ID !== undefined && { ID }),
    ...(AllowedHeaders !== undefined && { AllowedHeaders }),
    AllowedMethods,
    AllowedOrigins,
    ...(ExposeHeaders !== undefined && { ExposeHeaders }),
    ...(MaxAgeSeconds !== undefined && { MaxAgeSeconds }),
  };
}

function asInput(rule: CorsRule) {
  const { AllowedHeaders, AllowedMethods, AllowedOrigins, ExposeHeaders, ...others } = rule;
  return {
    ...others,
    ...(AllowedHeaders !== undefined && { AllowedHeaders: [...AllowedHeaders] }),
    AllowedMethods: [...AllowedMethods],
    AllowedOrigins: [...AllowedOrigins],
    ...(ExposeHeaders !== undefined && { ExposeHeaders: [...ExposeHeaders] }),
  };
}
