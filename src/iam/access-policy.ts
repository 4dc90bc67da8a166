import { bucketArn, objectArn, parseArn } from '../config/arn.ts';
import type { BucketLocation } from '../config/bucket-location.ts';
import { statementsOf } from './compare-policy.ts';
import { withEnd } from './end-condition.ts';
import { groupBy } from '../base/group-by.ts';
import type { PolicyDocument } from './policy-document.ts';

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
  const read = ['s3:GetObject', ...(options.objectVersions ? ['s3:GetObjectVersion'] : [])];
  const arnOf = (bucket: string) => bucketArn(bucket, options);
  const whole = locations.filter(({ prefix }) => prefix === undefined);
  const prefixed = locations.filter(
    (location): location is Required<BucketLocation> => location.prefix !== undefined,
  );
  const arns = whole.flatMap((location) => [arnOf(location.bucket), objectArn(location, options)]);
  const objects = prefixed.map((location) => objectArn(location, options));
  const statements = [
    allow('S3ListBucket', [...read, 's3:ListBucket'], arns),
    allow('S3GetPrefixes', read, objects),
    // One statement per list of prefixes, since every bucket in it may be listed by each of its prefixes.
    ...groupByPrefixes(prefixed).map(({ buckets, prefixes }, at) => ({
      ...allow(`S3ListPrefixes${at + 1}`, ['s3:ListBucket'], buckets.map(arnOf)),
      Condition: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
    })),
    {
      ...allow('KmsDecryptViaS3', ['kms:Decrypt'], kmsKeyArns),
      Condition: { StringEquals: { 'kms:ViaService': viaServices(kmsKeyArns, options) } },
    },
  ];
  return {
    Version: '2012-10-17',
    Statement: statements
      .filter(({ Resource }) => Resource.length > 0)
      .map((statement) => withEnd(statement, options.accessUntil)),
  };
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]) {
  return { Sid, Effect: 'Allow', Action, Resource } as const;
}

/** Whether every statement of a document has a Sid that we write: then the document is the Action's, or made by Kolena's page. */
export function isOurDocument(document: PolicyDocument): boolean {
  return statementsOf(document).every(({ Sid = '' }) =>
    /^(?:S3ListBucket|S3GetPrefixes|S3ListPrefixes\d+|KmsDecryptViaS3)$/.test(Sid),
  );
}

/** S3 as KMS sees it, in the regions of keys. In China it has two suffixes, and AWS documents neither for this key. */
function viaServices(keyArns: readonly string[], { partition }: GrantOptions): string[] {
  // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
  const names = keyArns.map((arn) => `s3.${parseArn(arn)?.region ?? ''}.amazonaws.com`);
  return [...new Set(names.flatMap((name) => (partition === 'aws-cn' ? [name, `${name}.cn`] : [name])))];
}

/** Buckets with the same prefixes, in the order in which each list first appears. */
function groupByPrefixes(locations: readonly Required<BucketLocation>[]) {
  const byBucket = groupBy(locations, ({ bucket }) => bucket);
  // A prefix has no line break.
  const lists = groupBy(byBucket, ([, own]) => prefixesOf(own).sort().join('\n'));
  return [...lists.values()].map((members) => ({
    buckets: members.map(([bucket]) => bucket),
    prefixes: prefixesOf(members[0]?.[1] ?? []),
  }));
}

function prefixesOf(locations: readonly Required<BucketLocation>[]): string[] {
  return locations.map(({ prefix }) => prefix);
}
