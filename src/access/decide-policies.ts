import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { isOurDocument } from '../iam/access-policy.ts';
import { samePolicy, statementsOf } from '../iam/compare-policy.ts';
import type { DesiredPolicy, PolicyRemoval } from './desired-access.ts';
import type { Observed } from './observed.ts';
import { type LivePolicies, type OurPolicy, policyNameOf } from './our-policies.ts';
import { leastPolicies, packPolicies, type PackedPolicy } from '../iam/packing.ts';
import { quote } from '../base/quote.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const DEFAULT_POLICIES_PER_ROLE = 10;
const HIGHEST_POLICIES_PER_ROLE = 20;

interface PoliciesProps {
  readonly config: AccessConfig;
  readonly observed: Observed;
  readonly live: LivePolicies;
  readonly partition: string;
}

/** The policies that hold the grants, and Kolena's empty ones; throws `invalid-input` when the role has no room. */
export function decidePolicies(props: PoliciesProps): {
  policies: DesiredPolicy[];
  removals: PolicyRemoval[];
} {
  const { config, observed } = props;
  const liveByNumber = new Map(props.live.ours.map((policy) => [policy.number, policy]));
  const moves = observed.role?.path !== config.iamPath;
  const policies = packWithinQuota(props).map(({ number, document }): DesiredPolicy => {
    const live = liveByNumber.get(number);
    liveByNumber.delete(number);
    return {
      number,
      // IAM tells no names apart by case, Terraform does: another spelling would replace the policy.
      name: live?.name ?? policyNameOf(config.policyName, number),
      // A path cannot be changed: a policy that somebody made elsewhere stays there, unless the role moves.
      path: live === undefined || moves ? config.iamPath : pathOf(live),
      description: 'What Kolena may read in S3.',
      document,
      ...defined({ importArn: live?.arn }),
      attached: live?.attached ?? false,
    };
  });
  const unneeded = [...liveByNumber.values(), ...props.live.former];
  requireUsedHereAlone(unneeded);
  return { policies, removals: unneeded.map(removalOf) };
}

const pathOf = ({ arn, name }: OurPolicy): string => arn.slice(arn.indexOf('/'), -name.length);

/** A live policy of Kolena's access, on its way out. */
export function removalOf({ number, name, arn, attached }: OurPolicy): PolicyRemoval {
  return { number, name, arn, attached };
}

/** Throws `destroy-refused` for policies that others use too: AWS would refuse to delete them when the rest is gone. */
export function requireUsedHereAlone(policies: readonly OurPolicy[]): void {
  const shared = policies.filter(({ usedElsewhere }) => usedElsewhere > 0);
  if (shared.length === 0) return;
  const commands = shared.map(({ arn }) => `aws iam list-entities-for-policy --policy-arn ${arn}`);
  throw new UserError({
    reason: 'destroy-refused',
    message: `${shared.map(({ arn, usedElsewhere }) => `Policy ${arn} is used by ${usedElsewhere} more role(s), user(s) or group(s)`).join('; ')}, so AWS would not delete it (DeleteConflict). Nothing was changed.`,
    remedy: `See who they are, give them a policy of their own, and detach this one from them:\n${commands.join('\n')}`,
  });
}

/** Throws `destroy-refused` for a policy of others under `policy-name`; one that Kolena's role alone holds was made for it. */
export function requireNoOthersPolicy({ ours }: LivePolicies): void {
  const theirs = ours.find(
    ({ attached, usedElsewhere, document }) => !isOurDocument(document) && (!attached || usedElsewhere > 0),
  );
  if (theirs === undefined) return;
  const sids = statementsOf(theirs.document).map(({ Sid }) => (Sid === undefined ? 'none' : quote(Sid)));
  throw new UserError({
    reason: 'destroy-refused',
    message: `Policy ${theirs.arn} exists, and this Action did not write it (its Sids: ${sids.join(', ')}): whoever uses it would lose what it grants, and get what Kolena gets. Used by others: ${theirs.usedElsewhere}.`,
    remedy: `Choose another policy-name, or, if nobody needs it as it is, set allow-destroy to true. Who uses it: aws iam list-entities-for-policy --policy-arn ${theirs.arn}`,
  });
}

/** Throws `destroy-refused` when changing a full policy would push out a version that is not of our making. */
export function requireDispensableVersions(policies: readonly DesiredPolicy[], { ours }: LivePolicies): void {
  for (const policy of policies) {
    const live = ours.find(({ number }) => number === policy.number);
    const oldest = live?.oldestVersion;
    if (!live || !oldest || isOurDocument(oldest.document) || samePolicy(live.document, policy.document))
      continue;
    throw new UserError({
      reason: 'destroy-refused',
      message: `Policy ${live.name} has five versions, as many as AWS keeps, and changing it would delete ${oldest.id}, which this Action did not write.`,
      remedy: `Delete a version that nobody needs, as \`aws iam delete-policy-version --policy-arn ${live.arn} --version-id ${oldest.id}\`, or set allow-destroy to true.`,
    });
  }
}

/** Whether the config needs more policies than a role holds by default, so that the account's own quota counts. */
export function needsRaisedQuota(config: AccessConfig, partition: string): boolean {
  if (leastPolicies(config.buckets, { ...config, partition }) > DEFAULT_POLICIES_PER_ROLE) return true;
  const packed = packPolicies({ ...config, partition, live: new Map(), taken: new Set() });
  return packed.length > DEFAULT_POLICIES_PER_ROLE;
}

/** Keeps what is where it is; packs anew when that needs more policies than the role can hold. */
function packWithinQuota(props: PoliciesProps): PackedPolicy[] {
  const { config, live, partition } = props;
  const pack = (documents: readonly OurPolicy[]) =>
    packPolicies({
      ...config,
      partition,
      live: new Map(documents.map(({ number, document }) => [number, document])),
      taken: live.taken,
    });
  const room = roomOf(props);
  const least = leastPolicies(config.buckets, { ...config, partition });
  // To pack what no role can hold would take long.
  if (least > HIGHEST_POLICIES_PER_ROLE) throw quotaExceeded(props, { needed: `at least ${least}`, ...room });
  const kept = pack(live.ours);
  if (kept.length <= room.policies) return kept;
  const anew = pack([]);
  if (anew.length <= room.policies) return anew;
  throw quotaExceeded(props, { needed: String(anew.length), ...room });
}

/** How many of Kolena's policies the role can hold, by the account's quota or AWS's default; before AWS was asked, by what any account can have. */
function roomOf({ observed, live }: PoliciesProps) {
  const attached = observed.role?.attachedPolicies.length ?? 0;
  const unknown = observed.caller === undefined ? HIGHEST_POLICIES_PER_ROLE : DEFAULT_POLICIES_PER_ROLE;
  const quota = observed.policiesPerRoleQuota ?? Math.max(unknown, attached);
  return { quota, policies: quota - live.foreign.length };
}

function quotaExceeded(
  { config, live }: PoliciesProps,
  { needed, quota, policies }: ReturnType<typeof roomOf> & { readonly needed: string },
): UserError {
  const names = live.foreign.map(({ name }) => quote(name)).join(', ');
  const others =
    live.foreign.length === 0 ? '' : `, and ${live.foreign.length} of them are attached already (${names})`;
  return new UserError({
    reason: 'invalid-input',
    message: `${config.buckets.length} buckets and prefixes need ${needed} managed policies of 6,144 characters, but role ${config.roleName} has room for ${policies}: an account's quota is ${quota} per role${others}.`,
    remedy: `Raise the IAM quota "Managed policies attached to an IAM role" (20 at most) and allow iam:GetAccountSummary to this run, so that it sees it, or split the buckets into two config files with a role-name and policy-name each, or grant whole buckets instead of many prefixes.`,
  });
}
