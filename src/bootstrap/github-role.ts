import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { TerraformOutput, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { DeployMode } from './deploy-role-actions.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { literal } from '../stack/literal.ts';
import { policyJson } from '../stack/policy-json.ts';

/** A role that GitHub Actions assumes by OIDC. */
export interface GitHubRoleProps {
  readonly mode: DeployMode;
  readonly name: string;
  readonly path: string;
  readonly trustPolicy: PolicyDocument;
  /** Each becomes a managed policy: `name`, `name-2`, … */
  readonly documents: readonly PolicyDocument[];
  /** Seconds. */
  readonly maxSessionDuration: number;
  /** @default - none */
  readonly permissionsBoundaryArn?: string;
  /** What has to stand before the trust policy can name it. */
  readonly dependsOn: ITerraformDependable[];
}

/** A GitHub Actions role with its policies; its ARN is the output `<mode>_role_arn`. */
export class GitHubRole extends Construct {
  constructor(scope: Construct, id: string, props: GitHubRoleProps) {
    super(scope, id);
    const { mode, name, path, documents, permissionsBoundaryArn } = props;
    const role = new IamRole(this, 'role', {
      name,
      path,
      description: `GitHub Actions: ${mode} of Kolena's read access to S3.`,
      assumeRolePolicy: policyJson(props.trustPolicy),
      maxSessionDuration: props.maxSessionDuration,
      ...(permissionsBoundaryArn && { permissionsBoundary: literal(permissionsBoundaryArn) }),
      dependsOn: props.dependsOn,
    });
    role.overrideLogicalId(mode);
    documents.forEach((document, index) => {
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const logicalId = `${mode}${suffix.replace('-', '_')}`;
      const policy = new IamPolicy(this, `policy${suffix}`, {
        name: `${name}${suffix}`,
        path,
        policy: policyJson(document),
      });
      policy.overrideLogicalId(logicalId);
      const parts = { role: role.name, policyArn: policy.arn };
      new IamRolePolicyAttachment(this, `attachment${suffix}`, parts).overrideLogicalId(logicalId);
    });
    new TerraformOutput(this, 'arn', { value: role.arn }).overrideLogicalId(`${mode}_role_arn`);
  }
}
