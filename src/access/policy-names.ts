/** The name of the policy with this number: `policy-name` itself, then `policy-name-2`, … */
export function policyNameOf(policyName: string, number: number): string {
  return number === 1 ? policyName : `${policyName}-${number}`;
}

/**
 * The number of the policy with this name, from 1 to 999; absent when it is none of `policy-name`'s. IAM tells no names
 * apart by case: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 *
 * @example policyNumberOf('KolenaS3ReadAccess', 'kolenas3readaccess-2') // 2
 */
export function policyNumberOf(policyName: string, name: string): number | undefined {
  const [ours, given] = [policyName.toLowerCase(), name.toLowerCase()];
  if (given === ours) return 1;
  const suffix = given.startsWith(`${ours}-`) ? given.slice(ours.length + 1) : '';
  return /^(?:[2-9]|[1-9]\d{1,2})$/.test(suffix) ? Number(suffix) : undefined;
}
