import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { grantedBuckets } from '../../iam/statements-by-bucket.ts';
import type { AccessConfig } from '../../config/access-config.ts';
import type {
  AccessNames,
  BucketFinding,
  Caller,
  Observed,
  ObservedBucket,
  UnreadBucket,
} from '../../access/observed.ts';
import { defined } from '../../base/defined.ts';
import type { Log } from '../../base/log.ts';
import type { AwsClients } from '../clients.ts';
import { observeBucket } from './observe-bucket.ts';
import { observeRoles } from './observe-former.ts';
import { withGuard } from './observe-guard.ts';
import { isDenied } from '../../problem/aws-error.ts';
import { unreadableBuckets } from '../../problem/missing-rights.ts';

/** What is asked, and by whom. */
export interface ObserveProps {
  readonly clients: AwsClients;
  readonly caller: Caller;
  readonly config: AccessConfig;
  /**
   * Whether the account's own quota of policies per role is asked for.
   * @default false
   */
  readonly asksQuota?: boolean;
  /**
   * Whether everything is to be taken away, which no bucket stops that cannot be read.
   * @default false
   */
  readonly isRemoval?: boolean;
  /** Names that the config gave before. @default none is known */
  readonly former?: Promise<readonly AccessNames[]>;
  readonly log: Log;
}

/**
 * Reads what exists in AWS: the role, our policies, and every bucket that is configured or was granted before. Throws a
 * UserError that names all configured buckets that do not exist or cannot be read, or the role when that cannot be read.
 */
export async function observe(props: ObserveProps): Promise<Observed> {
  const { clients, caller, config, asksQuota, isRemoval = false, log } = props;
  const find = (names: readonly string[]) =>
    Promise.all(names.map((name) => observeBucket(clients, caller, name)));
  const roles = async () =>
    observeRoles({ iam: clients.iam, caller, names: config, former: await props.former });
  const findGuarded = async (name: string): Promise<BucketFinding> => {
    const finding = await observeBucket(clients, caller, name);
    if (isRemoval || finding.kind !== 'found') return finding;
    return { ...finding, bucket: await withGuard(clients, finding.bucket) };
  };
  const configured = [...new Set(config.buckets.map(({ bucket }) => bucket))];
  const [{ role, policies, former }, found, policiesPerRoleQuota] = await Promise.all([
    roles(),
    Promise.all(configured.map(findGuarded)),
    asksQuota ? policiesPerRole(clients) : undefined,
  ]);
  const granted = grantedBuckets(
    [{ policies }, ...(former ?? [])].flatMap((one) => one.policies.map(({ document }) => document)),
  );
  const dropped = await find(granted.filter((name) => !configured.includes(name)));
  const error = isRemoval ? undefined : unreadableBuckets(found, caller);
  if (error !== undefined) throw error;
  const findings = [...found, ...dropped];
  tell(log, findings, role === undefined ? 'no role' : `role ${role.name}`);
  const unread = findings.flatMap(unreadOf);
  const buckets = byName(findings);
  return {
    ...defined({ caller, role, policies, former, buckets, policiesPerRoleQuota }),
    ...(unread.length > 0 && { unread }),
  };
}

function unreadOf(finding: BucketFinding): UnreadBucket[] {
  switch (finding.kind) {
    case 'found':
      return [];
    case 'missing':
      return [{ name: finding.name, why: 'gone' }];
    case 'denied':
      return [{ name: finding.name, why: finding.owner === 'other' ? 'other account' : 'refused' }];
  }
}

/** The account's quota of managed policies per role; absent when this run is not allowed to read it. */
async function policiesPerRole({ iam }: AwsClients): Promise<number | undefined> {
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
