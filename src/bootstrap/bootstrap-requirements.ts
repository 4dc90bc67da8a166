import type { AccessConfig } from '../config/access-config.ts';
import { UserError } from '../base/errors.ts';
import type { BootstrapSettings } from './bootstrap-settings.ts';
import type { BootstrapState } from '../local/local-state.ts';

/** Throws `invalid-input` when what the bootstrap creates would have the name of something else in the account. */
export function requireDistinctNames(settings: BootstrapSettings, config: AccessConfig): void {
  const deploy = settings['deploy-role-name'];
  const plan = settings['plan-role-name'];
  const bucket = settings['state-bucket'];
  if (isSame(deploy, plan))
    throw collision(
      `deploy-role-name and plan-role-name are both ${plan}`,
      'Give each role a name of its own',
    );
  for (const [key, name] of [
    ['deploy-role-name', deploy],
    ['plan-role-name', plan],
  ] as const)
    if (isSame(name, config.roleName) || isSame(name, config.policyName))
      throw collision(`${key} is ${name}, as Kolena's role or policy in kolena-s3.yml`, `Set another ${key}`);
  if (bucket !== undefined && config.buckets.some((location) => location.bucket === bucket))
    throw collision(
      `state-bucket is ${bucket}, which kolena-s3.yml lets Kolena read`,
      "Name a bucket that is the state's alone, and does not exist yet",
    );
}

/** IAM's names are unique whatever their case. */
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const collision = (message: string, remedy: string): UserError =>
  new UserError({
    reason: 'invalid-input',
    message: `${message}.`,
    remedy: `${remedy} in kolena-s3-bootstrap.yml.`,
  });

/** Throws `invalid-input` when Terraform would replace the state bucket that it looks after by another one. */
export function requireSameStateBucket(settings: BootstrapSettings, { stateBucket }: BootstrapState): void {
  const wanted = settings['state-bucket'];
  if (wanted === undefined || stateBucket === undefined || wanted === stateBucket) return;
  throw new UserError({
    reason: 'invalid-input',
    message: `state-bucket is ${wanted}, but the bootstrap looks after the state bucket ${stateBucket}, which it never deletes.`,
    remedy: `Take state-bucket out of kolena-s3-bootstrap.yml and run the bootstrap, which lets go of ${stateBucket}; then set ${wanted} and run it again.`,
  });
}

/** The error for a role that stands already and that Terraform's state does not hold. */
export function foreignRole(name: string, stateFile: string): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `The account has a role ${name} already, and ${stateFile} beside cdktf.json does not hold it.`,
    remedy:
      `If the bootstrap made the role, put the ${stateFile} of that run back, or delete the role and its policies. ` +
      'Else set another deploy-role-name or plan-role-name in kolena-s3-bootstrap.yml.',
  });
}

/** Throws `invalid-input` when the account's OIDC provider, which others look after, does not accept the audience. */
export function requireAudience(audiences: readonly string[], settings: BootstrapSettings): void {
  const { audience } = settings;
  if (audiences.includes(audience)) return;
  throw new UserError({
    reason: 'invalid-input',
    message: `The account's OIDC provider for ${settings['oidc-issuer']} accepts the audiences ${audiences.join(', ') || 'none'}, not ${audience}.`,
    remedy: `Add ${audience} to its audiences in IAM, or set \`audience\` in kolena-s3-bootstrap.yml to one of them and use the same in the workflow.`,
  });
}
