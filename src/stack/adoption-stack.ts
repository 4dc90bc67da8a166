import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import type { Construct } from 'constructs';
import type { PolicyRemoval } from '../access/desired-access.ts';
import { policyLogicalId } from '../plan/resources.ts';
import type { AccessStackProps } from './access-stack.ts';
import { AwsStack } from './aws-stack.ts';
import { policyJson } from './policy-json.ts';

/** Stands in for the real documents, which an adoption neither knows nor changes; Terraform demands some. */
const PLACEHOLDER = policyJson({ Version: '2012-10-17', Statement: [] });

/** An adoption changes nothing, whatever the placeholders say. */
const UNCHANGED = { lifecycle: { ignoreChanges: 'all' } } as const;

/** Brings what `desired.removals` names into the state under the addresses that {@link AccessStack} uses, unchanged. */
export class AdoptionStack extends AwsStack {
  constructor(scope: Construct, id: string, props: AccessStackProps) {
    super(scope, id, props);
    const { desired } = props;
    const { removals } = desired;
    const role = removals.role && this.role(removals.role.name, removals.role.path);
    const roleName = removals.role?.name ?? desired.role?.name;
    for (const removal of removals.policies) {
      const policy = this.policy(removal);
      // By reference where there is one, so that Terraform later detaches before it deletes.
      if (removal.attached && roleName) {
        const attachment = new IamRolePolicyAttachment(this, `attachment-${removal.number}`, {
          role: role?.name ?? roleName,
          policyArn: policy.arn,
          ...UNCHANGED,
        });
        attachment.overrideLogicalId(policyLogicalId(removal.number));
        attachment.importFrom(`${roleName}/${removal.arn}`);
      }
    }
  }

  private role(name: string, path: string): IamRole {
    const role = new IamRole(this, 'role', { name, path, assumeRolePolicy: PLACEHOLDER, ...UNCHANGED });
    role.overrideLogicalId('kolena');
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
