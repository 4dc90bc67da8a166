import type { TerraformProvider } from 'cdktf';

/** The access that a company gives to Kolena, and what a CDKTF app alone can tell. Plain text only: no tokens of CDKTF. */
export interface KolenaS3AccessProps {
  /** What Kolena may read: `name`, `name/prefix/`, `s3://name/prefix/` or a bucket ARN. */
  readonly buckets: readonly string[];
  /** The AWS principal that Kolena gave you: a role, user or account root ARN. */
  readonly kolenaPrincipalArn: string;
  /**
   * The `sts:ExternalId` that the trust policy demands.
   * @default - none, with a warning that names the confused-deputy risk
   */
  readonly kolenaExternalId?: string;
  /**
   * When the access ends: a date, which includes that day (UTC), or a time with its zone.
   * @default - no end
   */
  readonly accessUntil?: string;
  /** @default 'KolenaS3ReadAccess' */
  readonly roleName?: string;
  /**
   * Name of the access policy; further ones get `-2`, `-3`, …
   * @default 'KolenaS3ReadAccess'
   */
  readonly policyName?: string;
  /** @default '/' */
  readonly iamPath?: string;
  /** @default - none; one that somebody puts on the role stays */
  readonly permissionsBoundaryArn?: string;
  /**
   * Seconds, 3600 to 43200.
   * @default 3600
   */
  readonly maxSessionDuration?: number;
  /** @default true */
  readonly includePublicDatasets?: boolean;
  /**
   * Whether to add `s3:GetObjectVersion`.
   * @default false
   */
  readonly objectVersions?: boolean;
  /**
   * KMS keys on which `kms:Decrypt` is granted, only via S3.
   * @default - none
   */
  readonly kmsKeyArns?: readonly string[];
  /**
   * `replace` gives each bucket a CORS configuration of its own, which deletes every rule that it does not hold. `off`
   * makes none: put `corsRule` into the configurations that your app has.
   * @default 'off'
   */
  readonly cors?: 'replace' | 'off';
  /** @default - Kolena's web page */
  readonly corsOrigins?: readonly string[];
  /**
   * The provider of a bucket in another region, for its CORS configuration.
   * @default - the stack's own, for every bucket
   */
  readonly providerOf?: (bucket: string) => TerraformProvider | undefined;
  /**
   * Region of the stack's provider, which tells the partition.
   * @default 'us-east-1'
   */
  readonly region?: string;
  /**
   * Tags of role and policies.
   * @default - none; those that somebody puts on them stay
   */
  readonly tags?: Readonly<Record<string, string>>;
}
