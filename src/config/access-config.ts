/** A bucket or one prefix of it that Kolena may read; no prefix means the whole bucket. */
export interface BucketLocation {
  readonly bucket: string;
  /** Ends with `/`; absent for the whole bucket. */
  readonly prefix?: string;
}

/**
 * What happens to a bucket's CORS configuration: `merge` keeps every foreign rule and adds ours, `replace` leaves
 * ours alone, `off` takes ours away and touches nothing else.
 */
export type CorsMode = 'merge' | 'replace' | 'off';

/** The access that a company gives to Kolena, validated: the "Access" inputs, or the YAML config file. */
export interface AccessConfig {
  readonly buckets: readonly BucketLocation[];
  readonly kolenaPrincipalArn: string;
  readonly kolenaExternalId?: string;
  readonly roleName: string;
  readonly policyName: string;
  readonly iamPath: string;
  readonly permissionsBoundaryArn?: string;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration: number;
  readonly includePublicDatasets: boolean;
  readonly objectVersions: boolean;
  readonly kmsKeyArns: readonly string[];
  readonly cors: CorsMode;
  readonly corsOrigins: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}
