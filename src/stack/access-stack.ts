import type { Construct } from 'constructs';
import type { DesiredAccess, DesiredCors, ForgottenCors } from '../access/desired-access.ts';
import { corsAddress } from '../plan/resources.ts';
import { AccessResources } from './access-resources.ts';
import { AwsStack, type AwsStackProps } from './aws-stack.ts';

/** What shall stand in AWS, and what has to go. */
export interface AccessStackProps extends AwsStackProps {
  readonly desired: DesiredAccess;
}

/** The one stack of the project: Kolena's access to the buckets of one account. */
export class AccessStack extends AwsStack {
  readonly access: AccessResources;

  constructor(scope: Construct, id: string, props: AccessStackProps) {
    super(scope, id, props);
    const { desired, settings } = props;
    const providerOf = (cors: DesiredCors) => this.providerOf(cors.region);
    this.access = new AccessResources(this, 'kolena', { desired, providerOf });
    const { cors, forgotten = [] } = desired.removals;
    if (settings.backend) this.forgetCors([...cors, ...forgotten]);
  }

  /** Takes CORS configurations out of the state and leaves them in AWS, where a delete would take the rules of others along. */
  private forgetCors(removals: readonly ForgottenCors[]): void {
    // Terraform forgets a resource only while the provider that made it is configured.
    for (const { region } of removals) this.providerOf(region);
    this.forget(removals.map(({ bucket }) => corsAddress(bucket)));
  }
}
