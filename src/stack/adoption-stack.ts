import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { Construct } from 'constructs';
import type { PolicyRemoval } from '../access/desired-access.ts';
import type { ObservedRole } from '../access/observed.ts';
import { policyLogicalId, roleLogicalId } from '../plan/resources.ts';
import { AwsStack, type AwsStackProps } from './aws-stack.ts';
import { policyJson } from './policy-json.ts';

/** Stands in for the real documents, which an adoption neither knows nor changes; Terraform demands some. */
const PLACEHOLDER = policyJson({ Version: '2012-10-17', Statement: [] });

/** An adoption changes nothing, whatever the placeholders say. */
const UNCHANGED = { lifecycle: { ignoreChanges: 'all' } } as const;

/** Brings what `desired.removals` names into the state under the addresses that {@link AccessStack} uses, unchanged. */
export class AdoptionStack extends AwsStack {
  constructor(scope: Construct, id: string, props: AwsStackProps) {
    super(scope, id, props);
    const { removals, role: standing } = props.desired;
    const role = removals.role && this.role(removals.role, roleLogicalId);
    const roleName = removals.role?.name ?? standing?.name;
    // By reference where there is one, so that Terraform later detaches before it deletes.
    const policies = new Map(removals.policies.map((removal) => [removal.arn, this.policy(removal)]));
    const attach = (logicalId: string, { role, from, arn }: Record<'role' | 'from' | 'arn', string>) => {
      const props = { role, policyArn: policies.get(arn)?.arn ?? arn, ...UNCHANGED };
      const attachment = new IamRolePolicyAttachment(this, `attachment-${logicalId}`, props);
      attachment.overrideLogicalId(logicalId);
      attachment.importFrom(`${from}/${arn}`);
    };
    for (const { number, arn, attached } of removals.policies)
      if (attached && roleName)
        attach(policyLogicalId(number), { role: role?.name ?? roleName, from: roleName, arn });
    for (const [at, former] of (removals.formerRoles ?? []).entries()) {
      const logicalId = `kolena_former_${at + 1}`;
      const { name } = this.role(former, logicalId);
      for (const [index, { arn }] of former.attachedPolicies.entries())
        attach(`${logicalId}_${index + 1}`, { role: name, from: former.name, arn });
    }
  }

  private role({ name, path }: Pick<ObservedRole, 'name' | 'path'>, logicalId: string): IamRole {
    const props = { name, path, assumeRolePolicy: PLACEHOLDER, ...UNCHANGED };
    const role = new IamRole(this, `role-${logicalId}`, props);
    role.overrideLogicalId(logicalId);
    role.importFrom(name);
    return role;
  }

  private policy({ number, name, arn }: PolicyRemoval): IamPolicy {
    const policy = new IamPolicy(this, `policy-${number}`, { name, policy: PLACEHOLDER, ...UNCHANGED });
    policy.overrideLogicalId(policyLogicalId(number));
    policy.importFrom(arn);
    return policy;
  }
}
