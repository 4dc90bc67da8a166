import type { AccessNames, FormerAccess } from '../../access/observed.ts';
import { isSameName } from '../../config/iam-names.ts';
import { isOurDocument } from '../../iam/access-policy.ts';
import { trustedAsKolena } from '../../iam/trust-policy.ts';
import { isDenied } from '../../problem/aws-error.ts';
import { observeRole, type RoleAndPolicies, type RoleQuestion } from './observe-role.ts';

/** The role and our policies, and what stands under names that the config gave before. */
export async function observeRoles({
  former = [],
  ...question
}: RoleQuestion & { readonly former?: readonly AccessNames[] | undefined }): Promise<RoleAndPolicies> {
  const [live, before] = await Promise.all([
    observeRole(question),
    Promise.all(former.map((names, at) => observeFormer(question, names, former.slice(0, at)))),
  ]);
  return before.length > 0 ? { ...live, former: before } : live;
}

/** Each role is told once; one that this run is not allowed to read stops nothing. */
async function observeFormer(
  question: RoleQuestion,
  names: AccessNames,
  told: readonly AccessNames[],
): Promise<FormerAccess> {
  const nothing = { names, policies: [] };
  const isSame = ({ roleName }: Pick<AccessNames, 'roleName'>) => isSameName(roleName, names.roleName);
  if ([question.names, ...told].some(isSame)) return nothing;
  try {
    const { role, policies } = await observeRole({ ...question, names });
    if (role === undefined || trustedAsKolena(role.trustPolicy, names.kolenaPrincipalArns).length === 0)
      return nothing;
    return { names, role, policies: policies.filter((one) => one.attached && isOurDocument(one.document)) };
  } catch (error) {
    const { cause } = error as Error;
    if (!isDenied(cause)) throw error;
    return { ...nothing, denied: (cause as Error).message };
  }
}
