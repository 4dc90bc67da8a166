import type { DesiredAccess } from '../access/desired-access.ts';
import type { Aws } from '../aws/open-aws.ts';
import type { EventContext } from '../github/event.ts';
import type { PullRequests } from '../github/pull-requests.ts';
import type { Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';
import type { Settings } from './settings.ts';
import type { StackSettings } from '../stack/synthesize.ts';
import type { Terraform } from '../terraform/terraform.ts';

/** Renders what shall stand as Terraform JSON. */
export interface Stack {
  synthesizeAccess(desired: DesiredAccess, settings: StackSettings): string;
  synthesizeAdoption(desired: DesiredAccess, settings: StackSettings): string;
  synthesizeProviders(region: string, settings: StackSettings): string;
}

/** All of the world that a run touches. */
export interface Edges {
  readonly runner: Runner;
  readonly event: EventContext;
  /** Throws `invalid-input` with every problem at once. */
  readInputs(): Inputs;
  loadStack(): Promise<Stack>;
  /** Throws `credentials` with the very YAML to add, or `wrong-account`. */
  signIn(settings: Settings): Promise<Aws>;
  /** Undefined when there is no role to assume and no ambient credentials at all. */
  trySignIn(settings: Settings): Promise<Aws | undefined>;
  /** Throws `terraform-missing`. */
  openTerraform(settings: Settings, environment: Aws['environment']): Promise<Terraform>;
  /** Undefined without a token or outside of GitHub. */
  openPullRequests(settings: Settings): PullRequests | undefined;
  /** Writes the Terraform JSON of `synth` and gives its absolute path. */
  writeTerraformJson(json: string): string;
}
