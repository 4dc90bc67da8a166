import { TerraformBackend, type TerraformRemoteState } from 'cdktf';
import type { Construct } from 'constructs';

/** Where Terraform keeps its state. */
export interface BackendSettings {
  /** The name of a Terraform backend, such as `s3`. */
  readonly type: string;
  /** The backend's arguments; a value that is a JSON object or list is passed on as one (`assume_role={"role_arn":"…"}`). */
  readonly config: Readonly<Record<string, string>>;
}

/** What a backend gets unless the user says otherwise: S3 locks by a lock file and encrypts. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: { encrypt: 'true', use_lockfile: 'true' },
};

/** Terraform converts strings to booleans and numbers by itself, but not to objects and lists. */
function argument(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Any Terraform backend by its name. Backends take no expressions, so their values are never escaped. */
export class NamedBackend extends TerraformBackend {
  private readonly config: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { type, config }: BackendSettings) {
    super(scope, id, type);
    this.config = { ...DEFAULTS[type], ...config };
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.config).map(([name, value]) => [name, argument(value)]));
  }

  /** Demanded by cdktf for references between stacks, of which an app with one stack has none. */
  override getRemoteStateDataSource(): TerraformRemoteState {
    throw new Error(`the ${this.name} backend is read by no other stack`);
  }
}
