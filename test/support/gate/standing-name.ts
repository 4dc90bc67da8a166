import type { AccountState } from './account-state.ts';
import type { AwsRequest } from './request.ts';

/**
 * The request with the role's name as it stands: IAM tells no names apart by case, moto does.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export function withStandingName(request: AwsRequest, { roles }: AccountState): AwsRequest {
  const given = request.form.get('RoleName');
  const name = roles.get(given?.toLowerCase() ?? '')?.name;
  if (name === undefined || name === given) return request;
  const form = new URLSearchParams(request.form);
  form.set('RoleName', name);
  const body = Buffer.from(form.toString());
  return { ...request, form, body, headers: { ...request.headers, 'content-length': String(body.length) } };
}
