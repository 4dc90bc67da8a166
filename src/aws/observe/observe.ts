import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { decideAccess } from '../../access/decide-access.ts';
import { defaultPoliciesPerRole } from '../../access/decide-policies.ts';
import { grantedBuckets } from '../../iam/granted-buckets.ts';
import type { AccessConfig } from '../../config/access-config.ts';
import {
  nothingObserved,
  type BucketFinding,
  type Caller,
  type Observed,
  type ObservedBucket,
} from '../../access/observed.ts';
import type { Log } from '../../base/log.ts';
import type { AwsClients } from '../clients.ts';
import { headBucket, observeBucket } from './observe-bucket.ts';
import { observeRole } from './observe-role.ts';
import { isDenied } from '../../problem/aws-error.ts';
import { unreadableBuckets } from '../../problem/unreadable-buckets.ts';

interface ObserveProps {
  readonly clients: AwsClients;
  readonly caller: Caller;
  readonly config: AccessConfig;
  readonly log: Log;
}

/**
 * Reads what exists in AWS: the role, our policies, and every bucket that is configured or was granted before. Throws a
 * UserError that names all buckets that do not exist or may not be read, or the role when that may not be read.
 */
export async function observe({ clients, caller, config, log }: ObserveProps): Promise<Observed> {
  const find = (names: readonly string[]) =>
    Promise.all(names.map((name) => observeBucket(clients, caller, name)));
  const configured = [...new Set(config.buckets.map(({ bucket }) => bucket))];
  const [{ role, policies }, found, policiesPerRoleQuota] = await Promise.all([
    observeRole({ iam: clients.iam, caller, names: config }),
    find(configured),
    raisedQuota(clients, config),
  ]);
  const granted = grantedBuckets(policies.map(({ document }) => document));
  const former = grantedBuckets(policies.flatMap(({ formerDocument }) => formerDocument ?? []));
  const [dropped, formerRegions] = await Promise.all([
    find(granted.filter((name) => !configured.includes(name))),
    regionsOf(
      clients,
      former.filter((name) => !configured.includes(name) && !granted.includes(name)),
    ),
  ]);
  // A bucket that was granted and is gone since has nothing left to take away.
  const findings = [...found, ...dropped.filter(({ kind }) => kind !== 'missing')];
  const error = unreadableBuckets(findings, caller);
  if (error !== undefined) throw error;
  tell(log, findings, role === undefined ? 'no role' : `role ${role.name}`);
  return {
    caller,
    ...(role !== undefined && { role }),
    policies,
    buckets: byName(findings),
    ...(former.length > 0 && { formerRegions }),
    ...(policiesPerRoleQuota !== undefined && { policiesPerRoleQuota }),
  };
}

/** Regions of the buckets that are still there. */
async function regionsOf(clients: AwsClients, names: readonly string[]): Promise<Record<string, string>> {
  const heads = await Promise.all(
    names.map(async (name) => [name, await headBucket(clients, name)] as const),
  );
  return Object.fromEntries(
    heads.flatMap(([name, { region }]) => (region === undefined ? [] : [[name, region]])),
  );
}

/** The account's quota of policies per role; asked for only when the default is too low, and absent when denied. */
async function raisedQuota({ iam, region }: AwsClients, config: AccessConfig): Promise<number | undefined> {
  const { policies } = decideAccess(config, nothingObserved, { region });
  if (policies.length <= defaultPoliciesPerRole) return undefined;
  try {
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    return SummaryMap?.AttachedPoliciesPerRoleQuota;
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

function byName(findings: readonly BucketFinding[]): Record<string, ObservedBucket> {
  return Object.fromEntries(
    findings.flatMap((one) => (one.kind === 'found' ? [[one.bucket.name, one.bucket]] : [])),
  );
}

function tell(log: Log, findings: readonly BucketFinding[], role: string): void {
  const found = findings.filter((one) => one.kind === 'found');
  const regions = [...new Set(found.map(({ bucket }) => bucket.region))].sort();
  log.info(
    `Found ${role} and ${found.length} bucket${found.length === 1 ? '' : 's'} in ${regions.join(', ')}.`,
  );
  const unknown = found.filter(({ encryptionUnknown }) => encryptionUnknown).map(({ bucket }) => bucket.name);
  if (unknown.length > 0)
    log.info(`Without s3:GetEncryptionConfiguration the default keys are unknown of: ${unknown.join(', ')}.`);
}
