import { isSameName } from '../config/iam-names.ts';
import { trustedAsKolena } from '../iam/trust-policy.ts';
import { type Check, fail, pass, warning } from './check.ts';
import { about } from './checks.ts';
import type { Expectations } from './expectations.ts';
import type { Observations } from './observations.ts';

/** Whether a role that the config named before still lets Kolena in; no check while it named none. */
export function judgeFormer({ role: today }: Expectations, { former = [] }: Observations): Check[] {
  const renamed = former.filter(({ names }) => !isSameName(names.roleName, today.name));
  // Each role by its newest names, under which it was read.
  const byRole = new Map(renamed.reverse().map((one) => [one.names.roleName.toLowerCase(), one]));
  return [...byRole.values()].map(({ names, role, denied }) => {
    const subject = about('former-role', { role: names.roleName });
    if (role !== undefined) {
      const trusted = trustedAsKolena(role.trustPolicy, names.kolenaPrincipalArns).join(' and ');
      return fail(subject, `${role.arn} trusts ${trusted}, and gives what its policies grant.`);
    }
    if (denied !== undefined) return warning(subject, `This run is not allowed to read it: ${denied}`);
    return pass(subject, "There is no role of that name that trusts Kolena's principal.");
  });
}
