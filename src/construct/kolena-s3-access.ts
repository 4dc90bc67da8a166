import type { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { S3BucketCorsConfigurationCorsRule } from '@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { decideAccess } from '../access/decide-access.ts';
import { nothingObserved } from '../access/observed.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { kolenaRule } from '../cors/rule-set.ts';
import { AccessResources } from '../stack/access-resources.ts';
import { annotate } from '../stack/local-app.ts';
import type { KolenaS3AccessProps } from './props.ts';

export type { KolenaS3AccessProps } from './props.ts';

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
