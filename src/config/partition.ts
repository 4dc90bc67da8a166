/** The partitions that we serve, as they stand in ARNs. */
export const partitions: readonly string[] = ['aws', 'aws-cn', 'aws-us-gov'];

/**
 * The partition of a region, by its prefix.
 *
 * @example
 * partitionOfRegion('us-gov-west-1') // 'aws-us-gov'
 */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

/** The partition that an ARN names, its second field; absent when the text is no ARN. */
export function partitionOfArn(arn: string): string | undefined {
  return /^arn:([a-z-]+):/.exec(arn)?.[1];
}
