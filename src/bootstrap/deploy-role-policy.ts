import type { AccessConfig } from '../config/access-config.ts';
import { actionsOn, type DeployMode, type DeployResource } from './deploy-role-actions.ts';
import type { Condition, PolicyDocument, Statement } from '../iam/policy-document.ts';
import { policySizeLimit } from '../iam/packing.ts';
import { jsonLength } from '../iam/policy-document.ts';

/** An S3 bucket that keeps Terraform's state. */
export interface StateLocation {
  readonly bucket: string;
  readonly key: string;
}

export interface DeployRolePolicyProps {
  readonly config: AccessConfig;
  /** 12 digits. */
  readonly accountId: string;
  readonly partition: string;
  readonly mode: DeployMode;
  /** ARN of the role that gets the policy: it looks itself up to name itself in the temporary trust statement. */
  readonly ownRoleArn: string;
  /** @default none: stateless */
  readonly state?: StateLocation;
}

/** Buckets in one statement, few enough for any of them to fit into a managed policy. */
const BUCKETS_PER_STATEMENT = 50;

/**
 * What the Action's own role needs for this config, and nothing else. A permissions boundary in the config is demanded of the
 * role that Kolena assumes, and cannot be taken off it.
 */
export function deployRolePolicy(props: DeployRolePolicyProps): PolicyDocument {
  const { config, accountId, partition, mode, ownRoleArn } = props;
  const { iamPath, roleName, policyName, permissionsBoundaryArn: boundary } = config;
  const role = `arn:${partition}:iam::${accountId}:role${iamPath}${roleName}`;
  const policy = `arn:${partition}:iam::${accountId}:policy${iamPath}${policyName}`;
  // The packs are numbered policy-name-2 to, at most, -99.
  const policies = [policy, `${policy}-?`, `${policy}-??`];
  const bounded: Condition | undefined = boundary
    ? { StringEquals: { 'iam:PermissionsBoundary': boundary } }
    : undefined;
  const granted: readonly (readonly [string, DeployResource, readonly string[], Condition?])[] = [
    ['KolenaRole', 'role', [role]],
    ['KolenaRoleAttachments', 'attachment', [role], { ArnLike: { 'iam:PolicyARN': policies } }],
    ['KolenaRoleCreation', 'creation', [role], bounded ?? {}],
    ...(bounded ? ([['KolenaRoleBoundary', 'boundary', [role], bounded]] as const) : []),
    ['KolenaPolicies', 'policies', policies],
    ...bucketLists(props).map((arns, at) => [`Buckets${at === 0 ? '' : at + 1}`, 'buckets', arns] as const),
    ['PolicySimulator', 'anything', ['*']],
    ['OwnRole', 'self', [ownRoleArn]],
    ...stateStatements(props),
  ];
  const statements = granted.map(([Sid, resource, Resource, condition]): Statement => {
    const Action = actionsOn(resource, mode);
    return {
      Sid,
      Effect: 'Allow',
      Action,
      Resource,
      ...(Object.keys(condition ?? {}).length > 0 && { Condition: condition }),
    };
  });
  return { Version: '2012-10-17', Statement: statements.filter(({ Action }) => Action?.length) };
}

function bucketLists({ config, partition }: DeployRolePolicyProps): string[][] {
  const arns = [...new Set(config.buckets.map(({ bucket }) => `arn:${partition}:s3:::${bucket}`))].sort();
  const lists = Math.ceil(arns.length / BUCKETS_PER_STATEMENT);
  return Array.from({ length: lists }, (_, at) =>
    arns.slice(at * BUCKETS_PER_STATEMENT, (at + 1) * BUCKETS_PER_STATEMENT),
  );
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
function stateStatements({ state, partition }: DeployRolePolicyProps) {
  if (!state) return [];
  const bucket = `arn:${partition}:s3:::${state.bucket}`;
  return [
    ['StateBucket', 'state-bucket', [bucket]],
    ['State', 'state', [`${bucket}/${state.key}`]],
    ['StateLock', 'state-lock', [`${bucket}/${state.key}.tflock`]],
  ] as const;
}

/** The document's statements in order, in as few documents as a managed policy's 6,144 characters allow. */
export function splitDocument({ Version, Statement: statements }: PolicyDocument): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const statement of statements) {
    const last = documents.at(-1);
    const grown = { Version, Statement: [...(last?.Statement ?? []), statement] };
    if (last && jsonLength(grown) <= policySizeLimit) documents[documents.length - 1] = grown;
    else documents.push({ Version, Statement: [statement] });
  }
  return documents;
}
