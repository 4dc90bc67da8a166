import { type AccessNames, type FormerAccess, isSameRole, trustsKolena } from '../../access/former-access.ts';
import { defined } from '../../base/defined.ts';
import { isDenied } from '../../problem/aws-error.ts';
import { observeRole, type RoleQuestion } from './observe-role.ts';

/** What stands under names that the config gave before; a role that this run is not allowed to read stops nothing. */
export async function observeFormer(
  { names: today, ...question }: RoleQuestion,
  former: readonly AccessNames[],
): Promise<FormerAccess[]> {
  const observed = former.map(async (names): Promise<FormerAccess> => {
    if (isSameRole(names, today)) return { names, policies: [] };
    try {
      const { role, policies } = await observeRole({ ...question, names });
      const isTrusting = role !== undefined && trustsKolena(role, names);
      return { names, policies, ...defined({ role: isTrusting ? role : undefined }) };
    } catch (error) {
      const { cause } = error as Error;
      if (!isDenied(cause)) throw error;
      return { names, policies: [], denied: (cause as Error).message };
    }
  });
  return Promise.all(observed);
}
