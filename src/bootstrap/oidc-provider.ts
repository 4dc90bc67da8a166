import { GetOpenIDConnectProviderCommand, type IAMClient } from '@aws-sdk/client-iam';

import { isCode } from '../problem/aws-error.ts';

/** The audiences that an IAM OIDC provider accepts; undefined when there is no such provider. */
export async function oidcAudiences(iam: IAMClient, arn: string): Promise<readonly string[] | undefined> {
  try {
    const { ClientIDList } = await iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
    );
    return ClientIDList ?? [];
  } catch (error) {
    if (isCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}
