import { UserError } from '../base/errors.ts';
import type { ResourceChange } from './changes.ts';
import { kindOfType } from './resources.ts';

interface GuardProps {
  readonly allowDestroy: boolean;
  /** Addresses of the policies that go because nothing is left for them to grant. */
  readonly expectedDeletes: readonly string[];
}

/** Refuses a plan that deletes or replaces the role or a policy that still grants something, and always one that does so to CORS rules. */
export function guardDestroy(
  changes: readonly ResourceChange[],
  { allowDestroy, expectedDeletes }: GuardProps,
): void {
  const losses = changes.filter(({ action }) => action === 'delete' || action === 'replace');
  const otherRules = losses.filter(({ type }) => kindOfType(type)?.loss === 'rules of others');
  if (otherRules.length > 0) throw otherRulesAtRisk(otherRules);
  const access = losses.filter(
    ({ type, action, address }) =>
      kindOfType(type)?.loss === 'access' && !(action === 'delete' && expectedDeletes.includes(address)),
  );
  if (access.length > 0 && !allowDestroy) throw accessAtRisk(access);
}

function accessAtRisk(changes: readonly ResourceChange[]): UserError {
  return new UserError({
    reason: 'destroy-refused',
    message: `The plan would take Kolena's access away: ${changes.map(describe).join(', ')}.`,
    remedy:
      'If that is intended, set `allow-destroy: true`; otherwise undo the change of the config that causes it.',
  });
}

function otherRulesAtRisk(changes: readonly ResourceChange[]): UserError {
  const addresses = changes.map(({ address }) => `terraform state rm '${address}'`).join('; ');
  return new UserError({
    reason: 'destroy-refused',
    message: `The plan would ${changes.map(describe).join(', ')}. That deletes a bucket's whole CORS configuration, the rules of others included, so it is never applied.`,
    remedy: `Put the bucket back into the config, apply, and drop it then; or let Terraform forget it, in a directory that uses the same backend: ${addresses}.`,
  });
}

function describe({ action, address, before, after }: ResourceChange): string {
  const name = before?.['name'];
  const [from, to] = [before?.['path'], after?.['path']];
  const moved =
    typeof from === 'string' && typeof to === 'string' && from !== to
      ? `, from path ${from} to ${to}: \`iam-path: ${from}\` keeps it`
      : '';
  return `${action} ${address}${typeof name === 'string' ? ` ("${name}"${moved})` : ''}`;
}
