import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';

import type { AttachedPolicy, ObservedPolicy, ObservedRole } from '../../access/observed.ts';
import { isOurDocument } from '../../iam/access-policy.ts';
import { ifAllowed } from '../if-allowed.ts';
import { decodePolicyDocument } from '../policy-document.ts';

/** The role's other policies that can be read: Kolena's under a former name; other documents by ARN or inline name. */
export async function observeOtherPolicies(
  iam: IAMClient,
  role: ObservedRole,
  known: readonly ObservedPolicy[],
) {
  const attached = role.attachedPolicies.filter(({ arn }) => !known.some((policy) => policy.arn === arn));
  const [managed, inline] = await Promise.all([
    Promise.all(attached.map((policy) => ifAllowed(() => readManaged(iam, policy)))),
    Promise.all(
      role.inlinePolicyNames.map((PolicyName) =>
        ifAllowed(async () => {
          const command = new GetRolePolicyCommand({ RoleName: role.name, PolicyName });
          return [PolicyName, decodePolicyDocument((await iam.send(command)).PolicyDocument)] as const;
        }),
      ),
    ),
  ]);
  const read = managed.filter((policy) => policy !== undefined);
  // A policy of AWS, or of another account, is never one of Kolena's.
  const account = role.arn.split(':')[4] ?? '';
  const isFormer = ({ arn, document }: ObservedPolicy) =>
    arn.includes(`::${account}:policy/`) && isOurDocument(document);
  return {
    former: read.filter(isFormer),
    documents: Object.fromEntries([
      ...read.filter((policy) => !isFormer(policy)).map(({ arn, document }) => [arn, document] as const),
      ...inline.filter((entry) => entry !== undefined),
    ]),
  };
}

async function readManaged(iam: IAMClient, { name, arn }: AttachedPolicy): Promise<ObservedPolicy> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const VersionId = Policy?.DefaultVersionId ?? '';
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId }));
  const uses = (Policy?.AttachmentCount ?? 0) + (Policy?.PermissionsBoundaryUsageCount ?? 0);
  return {
    name,
    arn,
    document: decodePolicyDocument(PolicyVersion?.Document),
    attached: true,
    usedElsewhere: Math.max(0, uses - 1),
  };
}
