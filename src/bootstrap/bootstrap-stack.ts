import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js';
import type { Construct } from 'constructs';
import { AwsStack, type StackSettings } from '../stack/aws-stack.ts';
import { GitHubRole, type GitHubRoleProps } from './github-role.ts';
import { StateBucket, stateBucketAddresses } from './state-bucket.ts';

/** What a repository needs in AWS before its first plan. */
export interface Bootstrap {
  readonly region: string;
  readonly accountId: string;
  /** The OIDC provider to create; absent when the account has one that somebody else looks after. */
  readonly oidcProvider?: { readonly issuer: string; readonly audience: string };
  readonly roles: readonly Omit<GitHubRoleProps, 'dependsOn'>[];
  /** @default - none */
  readonly stateBucket?: string;
  /** Terraform's state holds a state bucket that is no longer wanted here: Terraform lets go of it, and it stays as it is. */
  readonly releasesStateBucket?: boolean;
}

/** Names the stack in cdktf's commands and its state file; contract, as every construct id. */
export const BOOTSTRAP_STACK_ID = 'kolena-s3-bootstrap';

/** GitHub's OIDC provider, the deploy role, the plan-only role, and the state bucket if wanted. */
export class BootstrapStack extends AwsStack {
  constructor(
    scope: Construct,
    id: string,
    { bootstrap, settings }: { bootstrap: Bootstrap; settings: StackSettings },
  ) {
    const { region, accountId, oidcProvider, roles, stateBucket, releasesStateBucket } = bootstrap;
    super(scope, id, { region, accountId, settings });
    const provider = oidcProvider && this.oidcProvider(oidcProvider);
    for (const role of roles)
      new GitHubRole(this, role.mode, { ...role, dependsOn: provider ? [provider] : [] });
    if (stateBucket) new StateBucket(this, 'state', stateBucket);
    else if (releasesStateBucket) this.forget(stateBucketAddresses);
  }

  private oidcProvider({
    issuer,
    audience,
  }: NonNullable<Bootstrap['oidcProvider']>): IamOpenidConnectProvider {
    const provider = new IamOpenidConnectProvider(this, 'github', { url: issuer, clientIdList: [audience] });
    provider.overrideLogicalId('github');
    return provider;
  }
}
