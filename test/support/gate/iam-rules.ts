import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import type { AccountState } from './account-state.ts';
import type { AwsError } from './aws-error.ts';

/** IAM's rules that moto does not enforce: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export async function brokenIamRule(
  form: URLSearchParams,
  state: AccountState,
  stateOf: (accountId: string) => Promise<AccountState>,
): Promise<AwsError | undefined> {
  const operation = form.get('Action');
  const size = (form.get('PolicyDocument') ?? '').replace(/\s/g, '').length;
  if (operation === 'CreatePolicy' || operation === 'CreatePolicyVersion') {
    return size > 6144 ? exceeded('PolicySize', 6144) : undefined;
  }
  if (operation === 'AttachRolePolicy') {
    const role = state.roles.get(form.get('RoleName')?.toLowerCase() ?? '');
    const again = role?.policies.some(({ name }) => name === form.get('PolicyArn')) === true;
    return !again && (role?.attachedPolicies ?? 0) >= 10 ? exceeded('PoliciesPerRole', 10) : undefined;
  }
  if (operation !== 'CreateRole' && operation !== 'UpdateAssumeRolePolicy') return undefined;
  const text = form.get(operation === 'CreateRole' ? 'AssumeRolePolicyDocument' : 'PolicyDocument') ?? '';
  if (text.replace(/\s/g, '').length > 2048) return exceeded('ACLSizePerRole', 2048);
  for (const arn of principalsOf(text)) {
    if (!(await exists(arn, stateOf))) {
      return {
        status: 400,
        code: 'MalformedPolicyDocument',
        message: `Invalid principal in policy: "AWS":"${arn}"`,
      };
    }
  }
  return undefined;
}

function exceeded(quota: string, limit: number): AwsError {
  return { status: 409, code: 'LimitExceeded', message: `Cannot exceed quota for ${quota}: ${limit}` };
}

function principalsOf(text: string): readonly string[] {
  return (JSON.parse(text) as PolicyDocument).Statement.flatMap(({ Principal }) =>
    typeof Principal === 'object' ? [Principal['AWS'] ?? []].flat() : [],
  );
}

/** Roots exist in every account of the partition; roles and users must be there. */
async function exists(arn: string, stateOf: (accountId: string) => Promise<AccountState>): Promise<boolean> {
  if (arn === '*' || /^\d{12}$/.test(arn)) return true;
  const [, partition, service, , accountId = '', rest = ''] = arn.split(':');
  if (partition !== 'aws') return false;
  if (rest === 'root' || service === 'sts') return true;
  const state = await stateOf(accountId);
  return [...state.roles.values(), ...state.users.values()].some((entity) => entity.arn === arn);
}
