import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { DesiredAccess } from '../access/desired-access.ts';
import { sortKeys } from '../base/sort-keys.ts';
import { terraformBlock, type StackSettings } from './terraform-settings.ts';

export interface AwsStackProps {
  readonly desired: DesiredAccess;
  readonly settings: StackSettings;
}

/** A stack on the AWS provider, whose JSON depends on nothing but its props. */
export class AwsStack extends TerraformStack {
  private readonly props: AwsStackProps;
  private readonly aliases = new Map<string, AwsProvider>();

  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id);
    this.props = props;
    this.provider('aws', props.desired.region);
    // The bindings name the one version of the provider that they were generated from.
    this.addOverride('terraform', terraformBlock(props.settings));
  }

  /** The provider of a region, one alias each; undefined means the stack's own. */
  providerOf(region = this.props.desired.region): AwsProvider | undefined {
    if (region === this.props.desired.region) return undefined;
    const alias = this.aliases.get(region) ?? this.provider(`aws.${region}`, region);
    alias.alias = region;
    this.aliases.set(region, alias);
    return alias;
  }

  override prepareStack(): void {
    // cdktf's own adds a local backend beside that of the settings.
  }

  /** The stack as Terraform JSON, equal for equal props: without cdktf's annotations, keys in alphabetical order. */
  document(): Readonly<Record<string, unknown>> {
    const sorted = JSON.stringify(sortKeys(super.toTerraform()));
    const withoutComments = (key: string, value: unknown) => (key === '//' ? undefined : value);
    return JSON.parse(sorted, withoutComments) as Record<string, unknown>;
  }

  /** The {@link document} with the one comment that cdktf's commands read. */
  override toTerraform(): unknown {
    const { '//': comment } = super.toTerraform() as { '//': { outputs: unknown } };
    const backend = this.props.settings.backend?.type ?? 'local';
    return {
      '//': { metadata: { backend, stackName: this.node.id }, outputs: comment.outputs },
      ...this.document(),
    };
  }

  private provider(id: string, region: string): AwsProvider {
    const { accountId } = this.props.desired;
    // No other account is touched than the one that was observed.
    return new AwsProvider(this, id, { region, ...(accountId && { allowedAccountIds: [accountId] }) });
  }
}
