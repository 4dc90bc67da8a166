import { RootConstruct } from 'constructs';
import type { DesiredAccess } from '../access/desired-access.ts';
import { AccessStack } from './access-stack.ts';
import { AdoptionStack } from './adoption-stack.ts';
import type { AwsStack } from './aws-stack.ts';
import type { StackSettings } from './terraform-settings.ts';

/** Names the stack in cdktf's commands and its state file; contract, as every construct id. */
export const STACK_ID = 'kolena-s3-access';

/** Outside of a cdktf `App`, which would make an output directory: nothing is written, nothing is sent. */
const text = (stack: AwsStack): string => `${JSON.stringify(stack.document(), undefined, 2)}\n`;

/** Terraform JSON of the whole access: the same bytes for the same input. */
export function synthesizeAccess(desired: DesiredAccess, settings: StackSettings): string {
  return text(new AccessStack(new RootConstruct(), STACK_ID, { desired, settings }));
}

/** Terraform JSON that adopts the IAM part of `desired.removals` alone: apply it with `-target` over a fuller state. */
export function synthesizeAdoption(desired: DesiredAccess, settings: StackSettings): string {
  return text(new AdoptionStack(new RootConstruct(), STACK_ID, { desired, settings }));
}
