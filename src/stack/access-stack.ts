import type { Construct } from 'constructs';
import type { DesiredCors } from '../access/desired-access.ts';
import { corsAddress } from '../plan/resources.ts';
import { AccessResources } from './access-resources.ts';
import { AwsStack, type AwsStackProps } from './aws-stack.ts';
import { forgettingTerraform } from './terraform-settings.ts';

/** The one stack of the project: Kolena's access to the buckets of one account. */
export class AccessStack extends AwsStack {
  readonly access: AccessResources;

  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id, props);
    const { desired, settings } = props;
    const providerOf = (cors: DesiredCors) => this.providerOf(cors.region);
    this.access = new AccessResources(this, 'kolena', { desired, providerOf });
    const { cors, forgotten = [] } = desired.removals;
    const removals = settings.backend ? [...cors, ...forgotten] : [];
    if (removals.length === 0) return;
    // Terraform forgets a resource only while the provider that made it is configured.
    for (const { region } of removals) this.providerOf(region);
    this.addOverride('terraform.required_version', forgettingTerraform(settings));
    // In AWS they stay, where a delete would take the rules of others along.
    const removed = removals.map(({ bucket }) => ({
      from: corsAddress(bucket),
      lifecycle: { destroy: false },
    }));
    this.addOverride('removed', removed);
  }
}
