import { defined } from '../base/defined.ts';
import { partitions } from './arn.ts';

/** A bucket or one prefix of it that Kolena may read; no prefix means the whole bucket. */
export interface BucketLocation {
  readonly bucket: string;
  /** Ends with `/`; absent for the whole bucket. */
  readonly prefix?: string;
}

/** Kolena's own bucket of public datasets; it exists in partition `aws` only. */
export const publicDatasetsBucket = 'kolena-public-datasets';

/** The length and the characters of a bucket's name, as the source of a regular expression. */
export const bucketNamePattern = '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]';

/** Names of us-east-1 before 1 March 2018 that are none of today's; all else that is wrong is wrong then and now. */
const formerName = /^(?=.*[A-Z_]|.{64})[A-Za-z0-9._-]{3,255}$/;

const reservedStarts = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedEnds = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** What `parseLocation` reads, as an expression for editors, which counts a prefix's characters and not its bytes. */
export const locationPattern = new RegExp(
  String.raw`^(?:s3:\/\/|arn:(?:${partitions.join('|')}):s3:::)?(?!${publicDatasetsBucket}(?:\/|(?!\S))|${reservedStarts.join('|')})` +
    String.raw`(?!\d{1,3}(?:\.\d{1,3}){3}(?:\/|(?!\S))|[^\/\s]*\.\.)${bucketNamePattern}` +
    reservedEnds.map((end) => `(?<!${end.replace('.', String.raw`\.`)})`).join('') +
    String.raw`(?:\/|\/(?!\/)[ !"#%-)+->@-~\u00a0-\u00ff]{1,1023}\/)?$`,
);

/** A location as it was written, or what is wrong with it in words that follow the text. */
export type ParsedLocation =
  (BucketLocation & { readonly partition?: string }) | { readonly problem: string };

const SPELLINGS = '"name", "name/prefix/", "s3://name/prefix/" or "arn:aws:s3:::name/prefix/"';

/** Reads a spelling of a bucket or prefix. @example parseLocation('s3://pictures/2026/') // { bucket: 'pictures', prefix: '2026/' } */
export function parseLocation(text: string): ParsedLocation {
  const spelled = /^(?:s3:\/\/|arn:([a-z-]+):s3:::)?([^/]*)(?:\/(.*))?$/s.exec(text);
  const [, partition, bucket = '', prefix = ''] = spelled ?? [];
  const problem =
    spellingProblem(text, partition) ??
    bucketNameProblem(bucket) ??
    (prefix === '' ? undefined : prefixProblem(prefix, text));
  if (problem !== undefined) return { problem };
  return { bucket, ...defined({ prefix: prefix || undefined, partition }) };
}

/** A location in its shortest spelling: the key under which equal ones are found. */
export function spellLocation({ bucket, prefix }: BucketLocation): string {
  return prefix === undefined ? bucket : `${bucket}/${prefix}`;
}

function spellingProblem(text: string, partition: string | undefined): string | undefined {
  if (/^s3:{1,2}\/*/.test(text) && !text.startsWith('s3://'))
    return `is not a bucket: did you mean "${text.replace(/^s3:+\/*/, 's3://')}"?`;
  if (/^https?:/.test(text)) return `is a URL: write the bucket as ${SPELLINGS}`;
  if (/^arn:[a-z-]+:s3[a-z-]*:[^:]/.test(text) || /^arn:[a-z-]+:s3[a-z-]*::[^:]/.test(text))
    return 'is the ARN of an access point or another resource: name the bucket behind it';
  if (text.startsWith('arn:') && partition === undefined)
    return `is not the ARN of a bucket: write ${SPELLINGS}`;
  if (partition !== undefined && !partitions.includes(partition))
    return `is of partition ${partition}: ${partitions.join(', ')} are served`;
  if (/[,;]\s*\S/.test(text) && !text.includes('/')) return 'is not a bucket name: write one bucket per line';
  return undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketNameProblem(name: string): string | undefined {
  if (name === publicDatasetsBucket) return "is Kolena's own bucket: include-public-datasets grants it";
  if (/[*?$]/.test(name)) return 'has a wildcard in the bucket name: name each bucket';
  if (formerName.test(name))
    return 'is not a bucket name that S3 takes now: capitals, "_" and more than 63 characters were allowed in us-east-1 until March 2018. Such a bucket has no host name of its own and is not served: copy its objects to one named with 3 to 63 lower-case letters, digits, "." and "-"';
  if (!new RegExp(`^${bucketNamePattern}$`).test(name))
    return `is not a bucket name that S3 takes: 3 to 63 lower-case letters, digits, "." and "-", a letter or digit at both ends (${SPELLINGS})`;
  if (name.includes('..')) return 'is not a bucket name that S3 takes: two dots in a row';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name))
    return 'is not a bucket name that S3 takes: it has the form of an IP address';
  const start = reservedStarts.find((reserved) => name.startsWith(reserved));
  if (start !== undefined) return `is not a bucket name that S3 takes: "${start}" at its start is reserved`;
  const end = reservedEnds.find((reserved) => name.endsWith(reserved));
  if (end !== undefined)
    return `does not end like a general purpose bucket: "${end}" is reserved for other resources`;
  return undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
function prefixProblem(prefix: string, text: string): string | undefined {
  if (/^\*+$/.test(prefix) || prefix.endsWith('/*'))
    return `ends with "*": leave it out, "${text.replace(/\/\*+$/, '/')}" means everything below`;
  const wild = /[*?$]/.exec(prefix)?.[0];
  if (wild !== undefined)
    return `has "${wild}" in its prefix, which IAM would read as a pattern: *, ? and $ are refused`;
  if (prefix.startsWith('/'))
    return `has a prefix that starts with a slash: did you mean "${text.replace(/([^:/])\/{2,}/, '$1/')}"?`;
  if (!prefix.endsWith('/')) return `has a prefix without a slash at its end: did you mean "${text}/"?`;
  // What CreatePolicy takes in a document: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
  if (!/^[\u0020-\u007e\u00a0-\u00ff]+$/.test(prefix))
    return 'has characters in its prefix that IAM policies do not take: Latin-1 without control characters is allowed';
  if (new TextEncoder().encode(prefix).length > 1024)
    return 'has a prefix of more than 1,024 bytes, which no S3 key has';
  return undefined;
}
