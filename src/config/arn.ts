import type { BucketLocation } from './bucket-location.ts';

/** The parts of an ARN. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** @default none: the resource belongs to no region */
  readonly region?: string;
  /** @default none: the name alone finds the resource, as that of a bucket */
  readonly accountId?: string;
  /** As `role/path/name`. */
  readonly resource: string;
}

/** Puts an ARN together. */
export function buildArn({ partition, service, region = '', accountId = '', resource }: Arn): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** Takes an ARN apart; `undefined` when the text is not an ARN. */
export function parseArn(text: string): Required<Arn> | undefined {
  const [, partition = '', service = '', region = '', accountId = '', resource = ''] =
    /^arn:([a-z-]+):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):(.+)$/s.exec(text) ?? [];
  return resource === '' ? undefined : { partition, service, region, accountId, resource };
}

/** The ARN of a bucket. */
export function bucketArn(bucket: string, { partition }: Pick<Arn, 'partition'>): string {
  return buildArn({ partition, service: 's3', resource: bucket });
}

/** The pattern of all objects in a location. */
export function objectArn(
  { bucket, prefix = '' }: BucketLocation,
  { partition }: Pick<Arn, 'partition'>,
): string {
  return buildArn({ partition, service: 's3', resource: `${bucket}/${prefix}*` });
}

/** The ARN of an account's root, which stands for the whole account. */
export function rootArn({ partition, accountId }: Pick<Required<Arn>, 'partition' | 'accountId'>): string {
  return buildArn({ partition, service: 'iam', accountId, resource: 'root' });
}

/** A path and a name, as CreateRole, CreateUser and CreatePolicy allow them. */
export const pathAndName = String.raw`(?:[\w.,+@=/-]+\/)?([\w+=,.@-]+)`;

const PRINCIPAL_RESOURCE = new RegExp(String.raw`^(?:(root)|(role|user)\/${pathAndName})$`);

/** A principal that a trust policy can name for good. */
export interface PrincipalArn {
  readonly partition: string;
  readonly accountId: string;
  readonly type: 'role' | 'user' | 'root';
  /** Without its path; empty for the root. */
  readonly name: string;
}

/** Takes the ARN of a role, a user or an account root apart; `undefined` for anything else, sessions too. */
export function parsePrincipalArn(text: string): PrincipalArn | undefined {
  const { service, region, accountId = '', partition = '', resource = '' } = parseArn(text) ?? {};
  const [, root, type = root, name = ''] = PRINCIPAL_RESOURCE.exec(resource) ?? [];
  const isPrincipal = service === 'iam' && region === '' && /^\d{12}$/.test(accountId);
  return isPrincipal && type !== undefined
    ? { partition, accountId, type: type as PrincipalArn['type'], name }
    : undefined;
}

/** The ID that AWS shows in a policy in place of a role or user that was deleted, where a text holds one. */
export function deletedPrincipalIn(text: string): string | undefined {
  return /\bA(?:ID|RO)A[A-Z0-9]{12,}\b/.exec(text)?.[0];
}

/** Whether a KMS ARN is that of an alias, which can be moved to another key. */
export function isKeyAlias(arn: string): boolean {
  return arn.includes(':alias/');
}

/** The partitions that we serve, as they stand in ARNs. */
export const partitions: readonly string[] = ['aws', 'aws-cn', 'aws-us-gov'];

/** The form of a region's name, as `us-east-1`. */
export const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/** The partition of a region, by its prefix. @example partitionOfRegion('us-gov-west-1') // 'aws-us-gov' */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
