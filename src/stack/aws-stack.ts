import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { DesiredAccess } from '../access/desired-access.ts';
import { sortKeys } from '../base/sort-keys.ts';
import { NamedBackend } from './named-backend.ts';
import { oldestTerraform, requiredProvider, type StackSettings, versions } from './terraform-settings.ts';

export interface AwsStackProps {
  /** Region of the provider, and the only account that it may touch, where one is named. */
  readonly desired: Pick<DesiredAccess, 'region' | 'accountId'>;
  readonly settings: StackSettings;
}

/** Without cdktf's own annotations, which carry its version and the paths of its constructs; keys in alphabetical order. */
function plain(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(sortKeys(json), (key, value: unknown) => (key === '//' ? undefined : value)),
  );
}

/** A stack on the AWS provider, whose JSON depends on nothing but its props. */
export class AwsStack extends TerraformStack {
  private readonly props: AwsStackProps;
  private terraform = 0;
  private readonly aliases = new Map<string, AwsProvider>();

  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id);
    this.props = props;
    this.provider('aws', props.desired.region);
    // The bindings name the one version that they were generated from.
    this.addOverride('terraform.required_providers.aws', requiredProvider(props.settings));
    // Terraform itself refuses to run when it is too old for what the JSON says.
    this.requireTerraform(oldestTerraform(props.settings));
    if (props.settings.backend) new NamedBackend(this, 'backend', props.settings.backend);
  }

  /** Terraform's oldest version; a later demand counts only when it is higher. */
  protected requireTerraform(version: number): void {
    this.terraform = Math.max(this.terraform, version);
    this.addOverride('terraform.required_version', `>= 1.${this.terraform}.0`);
  }

  /** Takes resources out of the state, by their addresses, and leaves them in AWS. */
  protected forget(addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    this.requireTerraform(versions.removedBlocks);
    this.addOverride(
      'removed',
      addresses.map((from) => ({ from, lifecycle: { destroy: false } })),
    );
  }

  /** The provider of a region, one alias each; undefined means the stack's own. */
  providerOf(region = this.props.desired.region): AwsProvider | undefined {
    if (region === this.props.desired.region) return undefined;
    const alias = this.aliases.get(region) ?? this.provider(`aws.${region}`, region);
    alias.alias = region;
    this.aliases.set(region, alias);
    return alias;
  }

  /** The stack as Terraform JSON: the same value for the same props. */
  document(): Readonly<Record<string, unknown>> {
    return plain(super.toTerraform()) as Record<string, unknown>;
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
    return new AwsProvider(this, id, { region, ...(accountId && { allowedAccountIds: [accountId] }) });
  }
}
