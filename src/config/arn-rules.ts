import {
  deletedPrincipalIn,
  parseArn,
  parsePrincipalArn,
  pathAndName,
  partitionOfRegion,
  partitions,
  regionPattern,
} from './arn.ts';
import { matching, type TextRule } from './text.ts';

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN */
const KMS_KEY = /^key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const anyPartition = `(?:${partitions.join('|')})`;

function unanchored({ source }: RegExp): string {
  return source.slice(1, -1);
}

const ACCOUNT = '111122223333';

/** Account IDs that people write where they have none yet; IAM refuses their principals two minutes into an apply. */
const PLACEHOLDER = /^(?:(\d)\1{11}|123456789012)$/;

/** The ARN of a principal that a trust policy shall name: only roles, users and account roots last. */
export const principalArn: TextRule = {
  pattern: new RegExp(String.raw`^arn:${anyPartition}:iam::\d{12}:(?:root|(?:role|user)\/${pathAndName})$`),
  problemOf: (arn) => {
    const { partition = '', accountId = '' } = parsePrincipalArn(arn) ?? {};
    if (PLACEHOLDER.test(accountId))
      return `is in account ${accountId}, which stands for any account in examples: copy the principal ARN from Kolena's form`;
    if (partitions.includes(partition)) return undefined;
    if (/^\d{12}$/.test(arn)) return `is an account ID: did you mean "arn:aws:iam::${arn}:root"?`;
    const session = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
    if (session)
      return `is one session of a role, which ends: name the role, "arn:${session[1] ?? ''}:iam::${session[2] ?? ''}:role/${session[3] ?? ''}" with its path if it has one`;
    if (arn.includes('*')) return 'has a wildcard: trust names exactly one role, user or account root';
    if (deletedPrincipalIn(arn) === arn)
      return 'is the ID of a principal that was deleted: copy the principal ARN from Kolena again';
    return `is not the ARN of a role, a user or an account root, as "arn:aws:iam::${ACCOUNT}:role/kolena", "arn:aws:iam::${ACCOUNT}:user/kolena" or "arn:aws:iam::${ACCOUNT}:root": copy it from Kolena`;
  },
};

/** The ARN of a managed policy; those of AWS belong to account `aws`. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export const policyArn = matching(
  new RegExp(String.raw`^arn:${anyPartition}:iam::(?:\d{12}|aws):policy\/${pathAndName}$`),
  `is not the ARN of a managed policy, as "arn:aws:iam::${ACCOUNT}:policy/name" or "arn:aws:iam::aws:policy/ReadOnlyAccess"`,
);

/** The ARN of a KMS key. */
export const kmsKeyArn: TextRule = {
  pattern: new RegExp(
    String.raw`^arn:(?:aws-cn:kms:(?=cn-)|aws-us-gov:kms:(?=us-gov-)|aws:kms:(?!cn-|us-gov-))${unanchored(regionPattern)}:\d{12}:${unanchored(KMS_KEY)}$`,
  ),
  problemOf: (arn) => {
    const { partition = '', service, region = '', accountId = '', resource = '' } = parseArn(arn) ?? {};
    const isKey = service === 'kms' && /^\d{12}$/.test(accountId) && KMS_KEY.test(resource);
    if (isKey && partitions.includes(partition) && regionPattern.test(region))
      return partitionOfRegion(region) === partition
        ? undefined
        : `names region ${region}, which is of partition ${partitionOfRegion(region)}`;
    if (arn.includes(':alias/') || arn.startsWith('alias/'))
      return 'is an alias, which an IAM policy cannot grant: give the ARN of the key itself';
    if (arn.includes('*')) return 'has a wildcard: only the keys that are named are granted';
    return `is not the ARN of a KMS key, as "arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"`;
  },
};
