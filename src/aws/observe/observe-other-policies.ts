import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';

import type { ObservedPolicy, ObservedRole } from '../../access/observed.ts';
import { isOurDocument } from '../../iam/access-policy.ts';
import type { PolicyDocument } from '../../iam/policy-document.ts';
import { isCode, isDenied } from '../../problem/aws-error.ts';
import { decodePolicyDocument } from '../policy-document.ts';

/** What the role holds beside the policies of the configured names. */
export interface OtherPolicies {
  /** Kolena's policies under a former name. */
  readonly former: readonly ObservedPolicy[];
  /** Of others: attached ones by ARN, inline ones by name. */
  readonly documents: Readonly<Record<string, PolicyDocument>>;
}

/** Reads all policies of the role but the known ones; what this run is not allowed to read is left out. */
export async function observeOtherPolicies(
  iam: IAMClient,
  role: ObservedRole,
  known: readonly ObservedPolicy[],
): Promise<OtherPolicies> {
  const attached = role.attachedPolicies.filter(({ arn }) => !known.some((policy) => policy.arn === arn));
  const [managed, inline] = await Promise.all([
    Promise.all(attached.map(({ name, arn }) => ifAllowed(() => readManaged(iam, { name, arn })))),
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

async function readManaged(
  iam: IAMClient,
  { name, arn }: { readonly name: string; readonly arn: string },
): Promise<ObservedPolicy> {
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

/** What is read, `undefined` where this run is not allowed to or it is not there: somebody may take it off meanwhile. */
export async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isDenied(error) || isCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}
