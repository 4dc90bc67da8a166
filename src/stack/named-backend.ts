import { TerraformBackend, type TerraformRemoteState } from 'cdktf';
import type { Construct } from 'constructs';
import { backendArguments, type BackendSettings } from './terraform-settings.ts';

/** Any Terraform backend by its name. */
export class NamedBackend extends TerraformBackend {
  private readonly settings: BackendSettings;

  constructor(scope: Construct, id: string, settings: BackendSettings) {
    super(scope, id, settings.type);
    this.settings = settings;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return backendArguments(this.settings);
  }

  /** Demanded by cdktf for references between stacks, of which an app with one stack has none. */
  override getRemoteStateDataSource(): TerraformRemoteState {
    throw new Error(`the ${this.name} backend is read by no other stack`);
  }
}
