import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import type { DesiredAccess, DesiredCors, DesiredPolicy, DesiredRole } from '../access/desired-access.ts';
import { policyLogicalId, roleLogicalId } from '../plan/resources.ts';
import { addBucketCors } from './bucket-cors.ts';
import { literal, literalMap } from './literal.ts';
import { policyJson } from './policy-json.ts';

export interface AccessResourcesProps {
  /** Role, policies and CORS configurations as they shall be; what exists is adopted by import blocks. */
  readonly desired: Pick<DesiredAccess, 'role' | 'policies' | 'cors' | 'tags'>;
  /** The provider that serves a bucket; undefined for the stack's own. */
  readonly providerOf: (cors: DesiredCors) => TerraformProvider | undefined;
}

/** Kolena's role, its policies and the buckets' CORS configurations. Renaming a construct's id replaces resources. */
export class AccessResources extends Construct {
  /** The role that Kolena assumes; absent when everything is taken away. */
  readonly role?: IamRole;
  readonly policies: readonly IamPolicy[];
  private readonly tagged: { readonly tags?: Record<string, string> };
  private readonly lifecycle: { readonly ignoreChanges: string[] };

  constructor(scope: Construct, id: string, { desired, providerOf }: AccessResourcesProps) {
    super(scope, id);
    const isTagged = Object.keys(desired.tags).length > 0;
    this.tagged = isTagged ? { tags: literalMap(desired.tags) } : {};
    // IAM cannot change a description, so a new one would replace the policy. Tags outside of the config are others'.
    this.lifecycle = { ignoreChanges: ['description', ...(isTagged ? [] : ['tags', 'tags_all'])] };
    const role = desired.role && this.addRole(desired.role);
    if (role) this.role = role;
    this.policies = desired.policies.map((policy) => this.addPolicy(policy, role));
    for (const cors of desired.cors) addBucketCors(this, cors, providerOf(cors));
  }

  private addRole(desired: DesiredRole): IamRole {
    const role = new IamRole(this, 'role', {
      name: desired.name,
      path: desired.path,
      description: literal(desired.description),
      assumeRolePolicy: policyJson(desired.trustPolicy),
      maxSessionDuration: desired.maxSessionDuration,
      ...(desired.permissionsBoundaryArn && { permissionsBoundary: desired.permissionsBoundaryArn }),
      ...this.tagged,
      // A boundary that the config says nothing about is somebody else's guard.
      lifecycle: desired.permissionsBoundaryArn
        ? this.lifecycle
        : { ignoreChanges: [...this.lifecycle.ignoreChanges, 'permissions_boundary'] },
    });
    role.overrideLogicalId(roleLogicalId);
    if (desired.exists) role.importFrom(desired.name);
    return role;
  }

  private addPolicy(desired: DesiredPolicy, role: IamRole | undefined): IamPolicy {
    const policy = new IamPolicy(this, `policy-${desired.number}`, {
      name: desired.name,
      path: desired.path,
      description: literal(desired.description),
      policy: policyJson(desired.document),
      ...this.tagged,
      lifecycle: this.lifecycle,
    });
    policy.overrideLogicalId(policyLogicalId(desired.number));
    if (desired.importArn) policy.importFrom(desired.importArn);
    if (role) this.attach(desired, policy, role);
    return policy;
  }

  private attach(desired: DesiredPolicy, policy: IamPolicy, role: IamRole): void {
    const parts = { role: role.name, policyArn: policy.arn };
    const attachment = new IamRolePolicyAttachment(this, `attachment-${desired.number}`, parts);
    attachment.overrideLogicalId(policyLogicalId(desired.number));
    if (desired.attached && desired.importArn)
      attachment.importFrom(`${role.nameInput}/${desired.importArn}`);
  }
}
