import { humanEnd } from '../base/time.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { isKeyAlias, parsePrincipalArn } from '../config/arn.ts';
import { configuredBuckets, currentRules } from './decide-cors.ts';
import type { Warning } from './desired-access.ts';
import { deletedPrincipals } from '../iam/trust-policy.ts';
import type { Observed, ObservedRole, UnreadBucket } from './observed.ts';
import type { LivePolicies, OurPolicy } from './our-policies.ts';

interface WarningsProps {
  readonly config: AccessConfig;
  readonly observed: Observed;
  readonly live: LivePolicies;
  /** By the machine's clock. @default not known, and then nothing is said of the end */
  readonly now?: Date | undefined;
}

/** What a reviewer should know about the access that is going to stand. */
export function warningsOf({ config, observed, live, now }: WarningsProps): Warning[] {
  const warnings = [
    externalIdWarning(config),
    endWarning(config, now),
    ownAccountWarning(config, observed),
    ...(observed.role ? roleWarnings(observed.role, config) : []),
    otherPoliciesWarning(config, observed, live),
    ...live.ours.map(sharedPolicyWarning),
    ...unreadWarnings(observed),
    ...configuredBuckets(config).flatMap((bucket) => [
      kmsWarning(config, observed.buckets[bucket]),
      replacedCorsWarning(bucket, { config, observed }),
    ]),
  ];
  return warnings.filter((warning) => warning !== undefined);
}

/** Buckets that lose their grant, and perhaps keep Kolena's CORS rule. */
export function unreadWarnings({ unread = [] }: Pick<Observed, 'unread'>): Warning[] {
  const named = (why: UnreadBucket['why']) => unread.filter((one) => one.why === why).map(({ name }) => name);
  const [others, refused] = [named('other account'), named('refused')];
  const warnings: Warning[] = [];
  if (others.length > 0)
    warnings.push({
      id: 'bucket-of-another-account',
      message: `Belongs to another account now: ${others.join(', ')}. The grant is removed. If Kolena's CORS rule is still there, the owner has to remove it.`,
    });
  if (refused.length > 0)
    warnings.push({
      id: 'unread-bucket',
      message: `S3 does not let this run read ${refused.join(', ')}. The grant is removed anyway. If Kolena's CORS rule is there, it stays.`,
      remedy: `Look for a rule named KolenaS3Access, and remove it:\n${refused.map((name) => `aws s3api get-bucket-cors --bucket ${name}`).join('\n')}`,
    });
  return warnings;
}

/** Characters from which on the report masks an external ID inside of longer words too. */
const MASKED_EVERYWHERE = 8;

const shortExternalId: Warning = {
  id: 'short-external-id',
  message:
    'kolena-external-id has fewer than 8 characters: it can be guessed, and is masked only where it is a whole value, since words in the log can contain it by chance.',
  remedy: 'Agree with Kolena on a long, random external ID.',
};

function externalIdWarning({ kolenaExternalId }: AccessConfig): Warning | undefined {
  if (kolenaExternalId !== undefined)
    return kolenaExternalId.length < MASKED_EVERYWHERE ? shortExternalId : undefined;
  return {
    id: 'no-external-id',
    message:
      'No external ID is demanded: another customer of Kolena who knows the role ARN could have Kolena read your buckets (the confused deputy problem).',
    remedy: 'Agree with Kolena on an external ID and add `kolena-external-id: <that ID>`.',
  };
}

/** Milliseconds before the end of access. */
const SOON = 30 * 24 * 60 * 60_000;

/** Terraform shows nothing as time passes. */
function endWarning({ accessUntil }: AccessConfig, now: Date | undefined): Warning | undefined {
  if (accessUntil === undefined || now === undefined) return undefined;
  const left = Date.parse(accessUntil) - now.getTime();
  const renewal = 'set a later `access-until`, or remove it, and apply';
  if (left <= 0)
    return {
      id: 'access-ended',
      message: `Kolena's access ended ${humanEnd(accessUntil)}. The role and its policies still exist, but Kolena can no longer read anything.`,
      remedy: `To renew the access, ${renewal}. To delete what is left, run \`command: destroy\`.`,
    };
  if (left > SOON) return undefined;
  return {
    id: 'access-ends-soon',
    message: `Kolena's access ends ${humanEnd(accessUntil)}.`,
    remedy: `To keep it, ${renewal} before then. Otherwise there is nothing to do.`,
  };
}

/** A principal of the account itself may exist, but it is not Kolena's; IAM refuses one that does not while it applies. */
function ownAccountWarning({ kolenaPrincipalArn }: AccessConfig, { caller }: Observed): Warning | undefined {
  if (caller === undefined || parsePrincipalArn(kolenaPrincipalArn)?.accountId !== caller.accountId)
    return undefined;
  return {
    id: 'principal-in-own-account',
    message: `kolena-principal-arn ${kolenaPrincipalArn} is in account ${caller.accountId}, the account of your own buckets. Kolena's principal is in an account of Kolena. If it does not exist, AWS refuses the apply.`,
    remedy: "Copy the principal ARN from Kolena's form into `kolena-principal-arn`.",
  };
}

function roleWarnings(role: ObservedRole, { iamPath, permissionsBoundaryArn }: AccessConfig): Warning[] {
  const deleted = deletedPrincipals(role.trustPolicy).map((principal) => principal.replace('AWS:', ''));
  const warnings: Warning[] = [];
  if (deleted.length > 0)
    warnings.push({
      id: 'broken-trust',
      message: `Role ${role.name} trusts ${deleted.join(', ')}, the ID of a deleted principal. Even if the principal was created again, nobody can use this trust until an apply writes the policy again.`,
    });
  if (role.path !== iamPath)
    warnings.push({
      id: 'role-path',
      message: `Role ${role.name} has the path ${role.path}, not ${iamPath}: a path cannot be changed, so the role would be replaced.`,
      remedy: `Add \`iam-path: ${role.path}\` to keep the role.`,
    });
  if (role.permissionsBoundaryArn !== undefined && permissionsBoundaryArn === undefined)
    warnings.push({
      id: 'foreign-boundary',
      message: `Role ${role.name} has the permissions boundary ${role.permissionsBoundaryArn}, which the config does not name: it stays, and Kolena can do no more than it allows.`,
      remedy: `Add \`permissions-boundary-arn: ${role.permissionsBoundaryArn}\` to hold the role to it, or have it taken off: aws iam delete-role-permissions-boundary --role-name ${role.name}`,
    });
  return warnings;
}

function otherPoliciesWarning(
  { otherPolicyArns }: AccessConfig,
  { role }: Observed,
  { foreign }: LivePolicies,
): Warning | undefined {
  const inline = role?.inlinePolicyNames.map((name) => `${name} (inline)`) ?? [];
  const unlisted = foreign.map(({ arn }) => arn).filter((arn) => !otherPolicyArns.includes(arn));
  const names = [...unlisted, ...inline];
  if (role === undefined || names.length === 0) return undefined;
  return {
    id: 'other-policies',
    message: `Role ${role.name} has other policies too, which stay as they are: ${names.join(', ')}. Whatever they grant beyond this config fails the check after an apply.`,
    remedy:
      'Detach or delete those that Kolena does not need, or list those that only read in other-policy-arns.',
  };
}

function sharedPolicyWarning({ arn, usedElsewhere }: OurPolicy): Warning | undefined {
  if (usedElsewhere === 0) return undefined;
  return {
    id: 'shared-policy',
    message: `Policy ${arn} is used by ${usedElsewhere} more role(s), user(s) or group(s), and what this config changes in it changes for them too.`,
    remedy: `See who they are: aws iam list-entities-for-policy --policy-arn ${arn}. To keep what they have, choose another policy-name.`,
  };
}

function kmsWarning({ kmsKeyArns }: AccessConfig, bucket: Observed['buckets'][string] | undefined) {
  const key = bucket?.defaultKmsKeyArn;
  if (bucket === undefined || key === undefined || kmsKeyArns.includes(key)) return undefined;
  if (isKeyAlias(key))
    return {
      id: 'kms-key-unknown',
      message: `Bucket ${bucket.name} encrypts its objects by default with ${key}, an alias. This run does not know which key it stands for, and Kolena can read the objects only if that key is in kms-key-arns.`,
      remedy: `See which key it is, and add that to kms-key-arns unless it is there: aws kms describe-key --key-id ${key} --query KeyMetadata.Arn --region ${bucket.region}`,
    };
  return {
    id: 'kms-key-not-granted',
    message: `Bucket ${bucket.name} encrypts its objects by default with ${key}, which is not in kms-key-arns: Kolena could list the objects, but not read them.`,
    remedy: `Add to the config:\nkms-key-arns:\n  - ${key}`,
  };
}

function replacedCorsWarning(bucket: string, known: Pick<WarningsProps, 'config' | 'observed'>) {
  const lost = known.config.cors === 'replace' ? currentRules(bucket, known).others.length : 0;
  if (lost === 0) return undefined;
  return {
    id: 'cors-replaced',
    message: `Bucket ${bucket} loses ${lost} CORS ${lost === 1 ? 'rule' : 'rules'} that others may rely on, because of \`cors: replace\`.`,
    remedy: 'Set `cors: merge` to keep them.',
  };
}
