import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';

import { isCode } from '../problem/aws-error.ts';

/** Whether the account has a role of that name, on whatever path. */
export async function roleExists(iam: IAMClient, RoleName: string): Promise<boolean> {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return true;
  } catch (error) {
    if (isCode(error, 'NoSuchEntity')) return false;
    throw error;
  }
}
