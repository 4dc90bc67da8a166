import type { ProblemOf } from './iam-names.ts';
import { partitionOfRegion } from './partition.ts';

const PARTITION = '(aws|aws-cn|aws-us-gov)';
// A path and a name, as CreateRole, CreateUser and CreatePolicy allow them.
const PATH_AND_NAME = String.raw`(?:[A-Za-z0-9.,+@=_-]+\/)*[\w+=,.@-]+`;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const PRINCIPAL = new RegExp(
  String.raw`^arn:${PARTITION}:iam::\d{12}:(?:root|(?:role|user)\/${PATH_AND_NAME})$`,
);

/** AWS managed policies stand in account `aws`. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const POLICY = new RegExp(String.raw`^arn:${PARTITION}:iam::(?:\d{12}|aws):policy\/${PATH_AND_NAME}$`);

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN */
const KMS_KEY = new RegExp(
  String.raw`^arn:${PARTITION}:kms:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`,
);

const ACCOUNT = '111122223333';

/** What is wrong with the ARN of a principal that a trust policy shall name: only roles, users and account roots last. */
export const principalArnProblem: ProblemOf = (arn) => {
  if (PRINCIPAL.test(arn)) return undefined;
  if (/^\d{12}$/.test(arn)) return `is an account ID: did you mean "arn:aws:iam::${arn}:root"?`;
  const session = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
  if (session)
    return `is one session of a role, which ends: name the role, "arn:${session[1] ?? ''}:iam::${session[2] ?? ''}:role/${session[3] ?? ''}" with its path if it has one`;
  if (arn.includes('*')) return 'has a wildcard: trust names exactly one role, user or account root';
  if (/^A(?:ID|RO)A[A-Z0-9]+$/.test(arn))
    return 'is the ID of a principal that was deleted: copy the principal ARN from Kolena again';
  return `is not the ARN of a role, a user or an account root, as "arn:aws:iam::${ACCOUNT}:role/kolena", "arn:aws:iam::${ACCOUNT}:user/kolena" or "arn:aws:iam::${ACCOUNT}:root": copy it from Kolena`;
};

/** What is wrong with the ARN of a permissions boundary. */
export const boundaryArnProblem: ProblemOf = (arn) =>
  POLICY.test(arn)
    ? undefined
    : `is not the ARN of a managed policy, as "arn:aws:iam::${ACCOUNT}:policy/name" or "arn:aws:iam::aws:policy/ReadOnlyAccess"`;

/** What is wrong with the ARN of a KMS key. */
export const kmsKeyArnProblem: ProblemOf = (arn) => {
  const [, partition, region] = KMS_KEY.exec(arn) ?? [];
  if (region !== undefined)
    return partitionOfRegion(region) === partition
      ? undefined
      : `names region ${region}, which is of partition ${partitionOfRegion(region)}`;
  if (arn.includes(':alias/') || arn.startsWith('alias/'))
    return 'is an alias, which an IAM policy cannot grant: give the ARN of the key itself';
  if (arn.includes('*')) return 'has a wildcard: only the keys that are named are granted';
  return `is not the ARN of a KMS key, as "arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"`;
};

/** The region of a KMS key that `kmsKeyArnProblem` found fine. */
export function regionOfKmsKey(arn: string): string {
  return arn.split(':')[3] ?? '';
}
