import type { Caller, BucketFinding } from '../access/observed.ts';
import { explicitDenyRemedy, type MissingRight, statementFor } from './denial.ts';
import { bucketArn } from '../config/arn.ts';
import { UserError } from '../base/errors.ts';
import { stackCommand, stackRoles, type StackChange } from './stack-command.ts';

/** Rights on names of the config that a run's role does not reach. */
export interface MissingRights {
  readonly caller: Pick<Caller, 'arn'>;
  /** What the stack of bootstrap.yaml has to learn. */
  readonly lists: StackChange['lists'];
  /** What another role has to be granted. */
  readonly right: MissingRight;
  /** AWS's message: an explicit deny in it needs another remedy than a right. @default none */
  readonly denied?: string;
}

/** How the role of a run gets the rights: by an update of its stack, by a statement for a user, by both for a role of another name. */
export function missingRightsRemedy({ caller, lists, right, denied = '' }: MissingRights): string {
  const explicit = explicitDenyRemedy(denied);
  if (explicit !== undefined) return explicit;
  const roleName = /:assumed-role\/([^/]+)\//.exec(caller.arn)?.[1];
  if (roleName === undefined)
    return statementFor(right, 'the permissions of the credentials that this run uses');
  const update = stackUpdate(roleName, lists);
  return (Object.values(stackRoles) as readonly string[]).includes(roleName)
    ? update
    : `${update}\nIf no stack made ${roleName}, there is none to update. ${statementFor(right)}`;
}

function stackUpdate(roleName: string, lists: StackChange['lists']): string {
  const renamed = Object.fromEntries(Object.entries(lists).filter(([name]) => name !== 'Buckets'));
  const afterwards =
    Object.keys(renamed).length === 0
      ? ''
      : `\nAfter the apply, this drops the former names:\n${stackCommand({ roleName, how: 'only', lists: renamed })}`;
  return `Let an administrator of IAM update the stack of bootstrap.yaml that made ${roleName}, for both of its roles, in bash and in the stack's account and region:\n${stackCommand({ roleName, how: 'add', lists })}\nThen run this job again.${afterwards}`;
}

type Denied = Extract<BucketFinding, { kind: 'denied' }>;

/** The one error that names every bucket that does not exist or cannot be read; `undefined` when there is none. */
export function unreadableBuckets(findings: readonly BucketFinding[], caller: Caller): UserError | undefined {
  const { accountId, partition } = caller;
  const missing = findings.flatMap((one) => (one.kind === 'missing' ? [one.name] : []));
  const denied = findings.filter((one) => one.kind === 'denied');
  if (missing.length + denied.length === 0) return undefined;
  const named = (owner: Denied['owner']) =>
    denied.filter((one) => one.owner === owner).map(({ name }) => name);
  const [others, own, unknown] = [named('other'), named('this'), named('unknown')];
  const mine = [...own, ...unknown];
  const sentences = [
    missing.length > 0 && `There is no bucket named ${missing.join(', ')} in partition ${partition}.`,
    others.length > 0 &&
      `Not of account ${accountId}, but of another, and never taken for yours, even if it is open to everybody: ${others.join(', ')}.`,
    unknown.length > 0 &&
      `S3 refuses ${unknown.join(', ')}: the bucket belongs to another account, or this run is not allowed to read it.`,
    own.length > 0 && `This run is not allowed to read the CORS rules of ${own.join(', ')}.`,
    denied[0] !== undefined && `S3 said: ${(denied[0].cause as Error).message}`,
  ];
  const steps = [
    missing.length > 0 && 'Correct the names under buckets, or create the buckets.',
    others.length > 0 &&
      'Run in the account that owns the bucket, or remove it from the config, which takes its grant away.',
    mine.length > 0 &&
      missingRightsRemedy({
        caller,
        lists: { Buckets: mine },
        right: readSettings(mine, partition),
        denied: denied.map(({ cause }) => (cause instanceof Error ? cause.message : '')).join('\n'),
      }),
  ];
  const text = (parts: readonly (string | false)[]) => parts.filter((part) => part !== false).join(' ');
  return new UserError({
    reason: missing.length + others.length > 0 ? 'invalid-input' : 'credentials',
    message: text(sentences),
    remedy: text(steps),
    cause: denied[0]?.cause,
  });
}

function readSettings(buckets: readonly string[], partition: string): MissingRight {
  return {
    Sid: 'ReadBucketSettings',
    Action: ['s3:ListBucket', 's3:GetBucketCORS', 's3:GetEncryptionConfiguration'],
    Resource: buckets.map((bucket) => bucketArn(bucket, { partition })),
  };
}
