import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { Construct } from 'constructs';
import type { DesiredAccess, PolicyRemoval, RoleRemoval } from '../access/desired-access.ts';
import { formerRoleLogicalId, policyLogicalId, roleLogicalId } from '../plan/resources.ts';
import { AwsStack, type StackSettings } from './aws-stack.ts';
import { policyJson } from './policy-json.ts';

/** Stands in for the real documents, which an adoption neither knows nor changes; Terraform demands some. */
const PLACEHOLDER = policyJson({ Version: '2012-10-17', Statement: [] });

/** An adoption changes nothing, whatever the placeholders say. */
const UNCHANGED = { lifecycle: { ignoreChanges: 'all' } } as const;

export interface AdoptionStackProps {
  readonly desired: DesiredAccess;
  readonly settings: StackSettings;
}

/** Brings what `desired.removals` names into the state under the addresses that {@link AccessStack} uses, unchanged. */
export class AdoptionStack extends AwsStack {
  constructor(scope: Construct, id: string, { desired, settings }: AdoptionStackProps) {
    const { region, accountId, removals } = desired;
    super(scope, id, { region, settings, ...(accountId && { accountId }) });
    const role = removals.role && this.role(removals.role, roleLogicalId);
    const roleName = removals.role?.name ?? desired.role?.name;
    const policies = new Map<string, IamPolicy>();
    for (const removal of removals.policies) {
      const policy = this.policy(removal);
      policies.set(removal.arn, policy);
      // By reference where there is one, so that Terraform later detaches before it deletes.
      if (removal.attached && roleName) {
        this.attachment(policyLogicalId(removal.number), {
          role: role?.name ?? roleName,
          policyArn: policy.arn,
          importFrom: `${roleName}/${removal.arn}`,
        });
      }
    }
    for (const [at, former] of (removals.formerRoles ?? []).entries()) this.former(former, at + 1, policies);
  }

  /** A role of a former name; a policy that goes too is named by reference, so that it is detached before it goes. */
  private former(removal: RoleRemoval, number: number, policies: ReadonlyMap<string, IamPolicy>): void {
    const logicalId = formerRoleLogicalId(number);
    const role = this.role(removal, logicalId);
    for (const [at, arn] of removal.policyArns.entries())
      this.attachment(`${logicalId}_${at + 1}`, {
        role: role.name,
        policyArn: policies.get(arn)?.arn ?? arn,
        importFrom: `${removal.name}/${arn}`,
      });
  }

  private role({ name, path }: Pick<RoleRemoval, 'name' | 'path'>, logicalId: string): IamRole {
    const role = new IamRole(this, `role-${logicalId}`, {
      name,
      path,
      assumeRolePolicy: PLACEHOLDER,
      ...UNCHANGED,
    });
    role.overrideLogicalId(logicalId);
    role.importFrom(name);
    return role;
  }

  private attachment(
    logicalId: string,
    {
      importFrom,
      ...ends
    }: { readonly role: string; readonly policyArn: string; readonly importFrom: string },
  ): void {
    const attachment = new IamRolePolicyAttachment(this, `attachment-${logicalId}`, {
      ...ends,
      ...UNCHANGED,
    });
    attachment.overrideLogicalId(logicalId);
    attachment.importFrom(importFrom);
  }

  private policy({ number, name, arn }: PolicyRemoval): IamPolicy {
    const policy = new IamPolicy(this, `policy-${number}`, { name, policy: PLACEHOLDER, ...UNCHANGED });
    policy.overrideLogicalId(policyLogicalId(number));
    policy.importFrom(arn);
    return policy;
  }
}
