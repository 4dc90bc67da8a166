import { bucketArn, objectArn, parseArn } from '../config/arn.ts';
import type { BucketLocation } from '../config/bucket-location.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import { withEnd } from './end-condition.ts';
import { groupBy } from '../base/group-by.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';

/** What holds for every grant of a config. */
export interface GrantOptions {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly objectVersions: boolean;
  /** ISO 8601: from then on nothing is allowed, in sessions that are open by then too. @default no end */
  readonly accessUntil?: string | undefined;
}

/** What one policy grants. */
export interface Grants {
  readonly locations: readonly BucketLocation[];
  readonly kmsKeyArns: readonly string[];
}

/** Kolena's statement for whole buckets; for prefixes GetObject, and ListBucket by `s3:prefix`; `kms:Decrypt` only via S3. Nothing else. */
export function accessPolicy({ locations, kmsKeyArns }: Grants, options: GrantOptions): PolicyDocument {
  const whole = locations.filter(({ prefix }) => prefix === undefined);
  const prefixed = locations.filter(
    (location): location is Required<BucketLocation> => location.prefix !== undefined,
  );
  const lists = groupByPrefixes(prefixed);
  const arns = whole.flatMap((location) => [
    bucketArn(location.bucket, options),
    objectArn(location, options),
  ]);
  const objects = prefixed.map((location) => objectArn(location, options));
  const statements = [
    bucketStatement(arns, options),
    objectStatement(objects, options),
    ...lists.map(({ buckets, prefixes }, index) =>
      listStatement(String(index + 1), {
        buckets: buckets.map((bucket) => bucketArn(bucket, options)),
        prefixes,
      }),
    ),
    kmsStatement(kmsKeyArns, options),
  ];
  return {
    Version: '2012-10-17',
    Statement: statements
      .filter(({ Resource }) => listOf(Resource).length > 0)
      .map((statement) => withEnd(statement, options.accessUntil)),
  };
}

/** Whether every statement of a document has a Sid that we write: then the document is the Action's, or made by Kolena's page. */
export function isOurDocument(document: PolicyDocument): boolean {
  return statementsOf(document).every(({ Sid = '' }) =>
    /^(?:S3ListBucket|S3GetPrefixes|S3ListPrefixes\d+|KmsDecryptViaS3)$/.test(Sid),
  );
}

/** The statement of Kolena's page. */
export function bucketStatement(resources: readonly string[], { objectVersions }: GrantOptions): Statement {
  const actions = ['s3:GetObject', ...(objectVersions ? ['s3:GetObjectVersion'] : []), 's3:ListBucket'];
  return { Sid: 'S3ListBucket', Effect: 'Allow', Action: actions, Resource: resources };
}

/** Reads objects below prefixes. */
export function objectStatement(resources: readonly string[], { objectVersions }: GrantOptions): Statement {
  const actions = ['s3:GetObject', ...(objectVersions ? ['s3:GetObjectVersion'] : [])];
  return { Sid: 'S3GetPrefixes', Effect: 'Allow', Action: actions, Resource: resources };
}

interface PrefixList {
  /** ARNs of buckets that share the list. */
  readonly buckets: readonly string[];
  readonly prefixes: readonly string[];
}

/** Lists prefixes: one statement per list of them, since every bucket in it may be listed by each of its prefixes. */
export function listStatement(number: string, { buckets, prefixes }: PrefixList): Statement {
  return {
    Sid: `S3ListPrefixes${number}`,
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: buckets,
    Condition: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  };
}

/** Decrypts by S3 alone: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service */
export function kmsStatement(keyArns: readonly string[], options: GrantOptions): Statement {
  const services = [...new Set(keyArns.flatMap((arn) => viaServices(arn, options)))];
  return {
    Sid: 'KmsDecryptViaS3',
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: keyArns,
    Condition: { StringEquals: { 'kms:ViaService': services } },
  };
}

/** S3 as KMS sees it, in a key's region. In China services go by one or the other of two suffixes, and AWS documents neither for this key. */
function viaServices(keyArn: string, { partition }: GrantOptions): string[] {
  const name = `s3.${parseArn(keyArn)?.region ?? ''}.amazonaws.com`;
  return partition === 'aws-cn' ? [name, `${name}.cn`] : [name];
}

/** Buckets with the same prefixes, in the order in which each list first appears. */
function groupByPrefixes(locations: readonly Required<BucketLocation>[]): PrefixList[] {
  const byBucket = groupBy(locations, ({ bucket }) => bucket);
  const groups = groupBy(byBucket, ([, own]) => prefixListKey(own.map(({ prefix }) => prefix)));
  return [...groups.values()].map((members) => ({
    buckets: members.map(([bucket]) => bucket),
    prefixes: members[0]?.[1].map(({ prefix }) => prefix) ?? [],
  }));
}

/** Equal for lists that hold the same prefixes; a prefix has no line break. */
export function prefixListKey(prefixes: readonly string[]): string {
  return [...prefixes].sort().join('\n');
}
