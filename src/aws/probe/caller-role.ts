import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { Caller } from '../../access/observed.ts';
import { isCode, isDenied } from '../../problem/aws-error.ts';

/**
 * The ARN by which a trust policy names the caller: a session's role with its path, which the session's ARN leaves out;
 * a user as it is. Without the right to look the role up, the session itself, which a trust policy may name too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export async function callerPrincipalArn(iam: IAMClient, { arn }: Pick<Caller, 'arn'>): Promise<string> {
  const [, RoleName] = /^arn:[a-z-]+:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (RoleName === undefined) return arn;
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    return Role?.Arn ?? arn;
  } catch (error) {
    if (isDenied(error) || isCode(error, 'NoSuchEntity')) return arn;
    throw error;
  }
}
