/** The partitions that we serve, as they stand in ARNs. */
export const partitions: readonly string[] = ['aws', 'aws-cn', 'aws-us-gov'];

/** The form of a region's name, as `us-east-1`. */
export const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

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
