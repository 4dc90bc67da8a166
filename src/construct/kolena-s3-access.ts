import type { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { S3BucketCorsConfigurationCorsRule } from '@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import { TerraformStack, type TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import { decideAccess } from '../access/decide-access.ts';
import { nothingObserved } from '../access/observed.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { kolenaRule } from '../cors/rule-set.ts';
import { AccessResources } from '../stack/access-resources.ts';
import { annotate } from '../stack/local-app.ts';

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

/**
 * Kolena's access to S3 as part of your own CDKTF app: the same role and policies as the Action makes. One fits in a stack,
 * since their addresses in Terraform's state are the Action's.
 */
export class KolenaS3Access extends AccessResources {
  declare readonly role: IamRole;
  /** The rule that lets Kolena's web page load images, for a CORS configuration of your own. */
  readonly corsRule: S3BucketCorsConfigurationCorsRule;

  /** @throws Error that names every problem of the props; keys are spelled as in `kolena-s3.yml` */
  constructor(
    scope: Construct,
    id: string,
    { providerOf, region = 'us-east-1', ...access }: KolenaS3AccessProps,
  ) {
    requireOnlyOne(scope);
    const config = parseAccessConfig(asConfigFile({ cors: 'off', ...access }), `KolenaS3Access "${id}"`);
    const desired = decideAccess(config, nothingObserved, { region });
    super(scope, id, { desired, providerOf: ({ bucket }) => providerOf?.(bucket) });
    annotate(this, desired.warnings);
    this.corsRule = terraformRule(kolenaRule(config));
  }

  /** ARN of the role, to be entered at Kolena; known after the apply. */
  get roleArn(): string {
    return this.role.arn;
  }
}

/** A second one would write over the first one's resources without a word. */
function requireOnlyOne(scope: Construct): void {
  const stack = TerraformStack.of(scope);
  const other = stack.node.findAll().find((construct) => construct instanceof AccessResources);
  if (other)
    throw new Error(
      `The stack "${stack.node.id}" holds "${other.node.id}" already: one KolenaS3Access fits in a stack. Next step: put all buckets in it, or make a stack for the other`,
    );
}

/** @example asConfigFile({ kolenaPrincipalArn: 'arn…' }) // { 'kolena-principal-arn': 'arn…' } */
function asConfigFile(props: object): Record<string, unknown> {
  const kebab = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [kebab(key), value as unknown]));
}

function terraformRule(rule: ReturnType<typeof kolenaRule>): S3BucketCorsConfigurationCorsRule {
  return {
    ...(rule.ID !== undefined && { id: rule.ID }),
    allowedHeaders: [...(rule.AllowedHeaders ?? [])],
    allowedMethods: [...rule.AllowedMethods],
    allowedOrigins: [...rule.AllowedOrigins],
  };
}
