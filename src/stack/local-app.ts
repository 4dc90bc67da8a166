import { join, relative } from 'node:path';
import { Annotations, App, TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { Warning } from '../access/desired-access.ts';
import { UserError } from '../base/errors.ts';
import type { AccessStack } from './access-stack.ts';
import type { BackendSettings } from './terraform-settings.ts';

/** The file that keeps a stack's state when a laptop deploys it, beside `cdktf.json`. */
export const stateFileOf = (stackId: string): string => `terraform.${stackId}.tfstate`;

/** Terraform's local backend on that file; relative, because Terraform runs in the stack's own output directory. */
export function localBackend(app: App, stackId: string): BackendSettings {
  const stackDirectory = join(app.outdir, 'stacks', stackId);
  return { type: 'local', config: { path: join(relative(stackDirectory, '.'), stateFileOf(stackId)) } };
}

/** Shows the warnings in the output of `cdktf` and in its manifest. */
export function annotate(scope: Construct, warnings: readonly Warning[]): void {
  for (const { message, remedy } of warnings)
    Annotations.of(scope).addWarning(remedy ? `${message} Next step: ${remedy}` : message);
}

/** What `cdktf deploy` prints at its end, and `cdktf output` gives. */
export function addOutputs(stack: AccessStack): void {
  const { role, policies } = stack.access;
  if (role === undefined) return;
  new TerraformOutput(stack, 'role-arn', { value: role.arn, staticId: true });
  new TerraformOutput(stack, 'policy-arns', { value: policies.map(({ arn }) => arn), staticId: true });
}

/** Synthesizes the app that `define` fills. What the user can mend is printed as message and next step, without a stack trace. */
export async function runApp(define: (app: App) => Promise<void>): Promise<void> {
  const app = new App({ stackTraces: false });
  try {
    await define(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`${error.message}\nNext step: ${error.remedy}`);
    process.exitCode = 1;
  }
}
