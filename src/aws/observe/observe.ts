import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { grantedBuckets } from '../../iam/statements-by-bucket.ts';
import type { AccessConfig } from '../../config/access-config.ts';
import type { AccessNames, BucketFinding, Caller, Observed, UnreadBucket } from '../../access/observed.ts';
import { defined } from '../../base/defined.ts';
import type { Log } from '../../base/log.ts';
import type { AwsClients } from '../clients.ts';
import { observeBucket } from './observe-bucket.ts';
import { observeRoles } from './observe-former.ts';
import { withGuard } from './observe-guard.ts';
import { ifAllowed } from '../if-allowed.ts';
import { unreadableBuckets } from '../../problem/missing-rights.ts';

/** What is asked, and by whom. */
export interface ObserveProps {
  readonly clients: AwsClients;
  readonly caller: Caller;
  readonly config: AccessConfig;
  /** Whether the account's own quota of policies per role is asked for. @default false */
  readonly asksQuota?: boolean;
  /** Whether everything is to be taken away, which no bucket stops that cannot be read. @default false */
  readonly isRemoval?: boolean;
  /** Names that the config gave before. @default none is known */
  readonly former?: Promise<readonly AccessNames[]>;
  readonly log: Log;
}

/** Reads role, policies and buckets configured or granted before. Throws a UserError that names all it cannot read. */
export async function observe(props: ObserveProps): Promise<Observed> {
  const { clients, caller, config, asksQuota, isRemoval = false, log } = props;
  const { iam } = clients;
  const roles = async () => observeRoles({ iam, caller, names: config, former: await props.former });
  const find = (name: string) => observeBucket(clients, caller, name);
  const findGuarded = async (name: string): Promise<BucketFinding> => {
    const finding = await find(name);
    if (isRemoval || finding.kind !== 'found') return finding;
    return { ...finding, bucket: await withGuard(clients, finding.bucket) };
  };
  const configured = [...new Set(config.buckets.map(({ bucket }) => bucket))];
  const [{ role, policies, former }, found, summary] = await Promise.all([
    roles(),
    Promise.all(configured.map(findGuarded)),
    asksQuota ? ifAllowed(() => iam.send(new GetAccountSummaryCommand({}))) : undefined,
  ]);
  const live = [{ policies }, ...(former ?? [])].flatMap((one) => one.policies);
  const granted = grantedBuckets(live.map(({ document }) => document));
  const dropped = await Promise.all(granted.filter((name) => !configured.includes(name)).map(find));
  const error = isRemoval ? undefined : unreadableBuckets(found, caller);
  if (error !== undefined) throw error;
  const findings = [...found, ...dropped];
  tell(log, findings, role === undefined ? 'no role' : `role ${role.name}`);
  const unread = findings.flatMap(unreadOf);
  const there = findings.flatMap((one) => (one.kind === 'found' ? one.bucket : []));
  return defined({
    ...{ caller, role, policies, former },
    buckets: Object.fromEntries(there.map((bucket) => [bucket.name, bucket])),
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    policiesPerRoleQuota: summary?.SummaryMap?.AttachedPoliciesPerRoleQuota,
    unread: unread.length > 0 ? unread : undefined,
  });
}

function unreadOf(finding: BucketFinding): UnreadBucket[] {
  if (finding.kind === 'found') return [];
  const { name } = finding;
  if (finding.kind === 'missing') return [{ name, why: 'gone' }];
  return [{ name, why: finding.owner === 'other' ? 'other account' : 'refused' }];
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
