import type { PolicyDocument } from '../iam/policy-document.ts';

/** S3's settings of who owns uploaded objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** What can keep a role out of a bucket that its own policies open to it. */
export interface BucketGuard {
  /** @default the bucket has none, or it was not read */
  readonly policy?: PolicyDocument;
  /** @default not read */
  readonly ownership?: ObjectOwnership;
  /** Of the customer managed key of the default encryption. @default there is no such key, or its policy was not read */
  readonly keyPolicy?: PolicyDocument;
  /** Rights that show what was not read. */
  readonly unread: readonly GuardRight[];
}

/** A right to read a guard, and what is not known without it. */
export type GuardRight = keyof typeof unknownWithout;

const unknownWithout = {
  's3:GetBucketPolicy': 'whether a bucket policy denies Kolena',
  's3:GetBucketOwnershipControls': 'whether objects can belong to the account that uploads them',
  'kms:DescribeKey': 'which key an alias stands for',
  'kms:GetKeyPolicy': 'whether a key policy allows the role to decrypt',
} as const;

/** One sentence on what was not read, which right shows it, and of which buckets; undefined when all was. */
export function unreadGuards(
  buckets: readonly { readonly name: string; readonly guard?: BucketGuard }[],
): string | undefined {
  const parts = (Object.keys(unknownWithout) as GuardRight[]).flatMap((right) => {
    const names = buckets.filter(({ guard }) => guard?.unread.includes(right)).map(({ name }) => name);
    if (names.length === 0) return [];
    const more = names.length > 3 ? `, and ${names.length - 3} more` : '';
    return [`\`${right}\` shows ${unknownWithout[right]} (${names.slice(0, 3).join(', ')}${more})`];
  });
  return parts.length === 0
    ? undefined
    : `AWS does not let this run read everything that can deny Kolena access: ${parts.join('; ')}.`;
}
