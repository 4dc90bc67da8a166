import type { AccountState } from './account-state.ts';
import type { AwsRequest } from './request.ts';

/** One permission that a request needs. */
export interface NeededPermission {
  /** IAM's action, as `s3:GetBucketCORS`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys of this request. */
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** What S3 calls the permissions on each of a bucket's subresources: to read it, to write it, to delete it. */
const bucketSubresources: Readonly<Record<string, readonly [string, string?, string?]>> = {
  accelerate: ['GetAccelerateConfiguration', 'PutAccelerateConfiguration'],
  acl: ['GetBucketAcl', 'PutBucketAcl'],
  cors: ['GetBucketCORS', 'PutBucketCORS', 'PutBucketCORS'],
  encryption: ['GetEncryptionConfiguration', 'PutEncryptionConfiguration', 'PutEncryptionConfiguration'],
  lifecycle: ['GetLifecycleConfiguration', 'PutLifecycleConfiguration', 'PutLifecycleConfiguration'],
  location: ['GetBucketLocation'],
  logging: ['GetBucketLogging', 'PutBucketLogging'],
  notification: ['GetBucketNotification', 'PutBucketNotification'],
  'object-lock': ['GetBucketObjectLockConfiguration', 'PutBucketObjectLockConfiguration'],
  ownershipControls: [
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
    'PutBucketOwnershipControls',
  ],
  policy: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
  policyStatus: ['GetBucketPolicyStatus'],
  publicAccessBlock: [
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
  ],
  replication: ['GetReplicationConfiguration', 'PutReplicationConfiguration', 'PutReplicationConfiguration'],
  requestPayment: ['GetBucketRequestPayment', 'PutBucketRequestPayment'],
  tagging: ['GetBucketTagging', 'PutBucketTagging', 'PutBucketTagging'],
  uploads: ['ListBucketMultipartUploads'],
  versioning: ['GetBucketVersioning', 'PutBucketVersioning'],
  versions: ['ListBucketVersions'],
  website: ['GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite'],
};

/**
 * What a request needs, as the Service Authorization Reference names it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, …/list_identityandaccessmanagement.html
 */
export function neededPermissions(
  request: AwsRequest,
  state: AccountState | undefined,
): readonly NeededPermission[] {
  if (request.service === 's3') return [s3Permission(request)];
  const operation =
    request.form.get('Action') ?? request.headers['x-amz-target']?.split('.').at(-1) ?? request.url;
  const needed = (name: string, context = {}): NeededPermission => ({
    action: `${request.service}:${name}`,
    resource: queryResource(request, state),
    context,
  });
  const tags = request.form.has('Tags.member.1.Key') ? tagPermission(operation) : undefined;
  return [needed(operation, queryContext(request)), ...(tags === undefined ? [] : [needed(tags)])];
}

function s3Permission({ method, bucket, key, query, url }: AwsRequest): NeededPermission {
  const needed = (action: string, context = {}): NeededPermission => ({
    action: `s3:${action}`,
    resource: bucket === undefined ? '*' : `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`,
    context,
  });
  if (url.startsWith('/v20180820/')) return { ...needed('ListTagsForResource'), resource: '*' };
  if (bucket === undefined) return needed('ListAllMyBuckets');
  if (key !== undefined) return needed(objectAction(method, query));
  for (const [name, [read, write, remove]] of Object.entries(bucketSubresources)) {
    if (query.has(name))
      return needed((method === 'PUT' ? write : method === 'DELETE' ? remove : read) ?? read);
  }
  if (method === 'PUT') return needed('CreateBucket');
  if (method === 'DELETE') return needed('DeleteBucket');
  if (method === 'POST') return { ...needed('DeleteObject'), resource: `arn:aws:s3:::${bucket}/*` };
  const context = Object.fromEntries(
    ['prefix', 'delimiter', 'max-keys'].flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[`s3:${name}`, value]];
    }),
  );
  return needed('ListBucket', context);
}

function objectAction(method: string, query: URLSearchParams): string {
  const subject = query.has('tagging') ? 'Tagging' : query.has('acl') ? 'Acl' : '';
  const version = query.has('versionId') ? 'Version' : '';
  if (method === 'GET' || method === 'HEAD') return `GetObject${version}${subject}`;
  return method === 'DELETE' ? `DeleteObject${version}${subject}` : `PutObject${subject}`;
}

function queryResource({ service, form, body }: AwsRequest, state: AccountState | undefined): string {
  const account = state?.accountId ?? '';
  const path = form.get('Path') ?? '/';
  const [roleName, policyName, userName] = [
    form.get('RoleName'),
    form.get('PolicyName'),
    form.get('UserName'),
  ];
  const action = form.get('Action') ?? '';
  if (service === 'kms') return (JSON.parse(body.toString()) as { KeyId?: string }).KeyId ?? '*';
  if (form.has('RoleArn')) return form.get('RoleArn') ?? '*';
  if (roleName !== null) {
    return (
      state?.roles.get(roleName.toLowerCase())?.arn ??
      `arn:aws:iam::${account}:role${action === 'CreateRole' ? path : '/'}${roleName}`
    );
  }
  if (form.has('PolicyArn')) return form.get('PolicyArn') ?? '*';
  if (form.has('PolicySourceArn')) return form.get('PolicySourceArn') ?? '*';
  if (form.has('OpenIDConnectProviderArn')) return form.get('OpenIDConnectProviderArn') ?? '*';
  if (action === 'CreateOpenIDConnectProvider') {
    return `arn:aws:iam::${account}:oidc-provider/${(form.get('Url') ?? '').replace(/^https?:\/\//, '')}`;
  }
  if (userName !== null)
    return `arn:aws:iam::${account}:user${action === 'CreateUser' ? path : '/'}${userName}`;
  return policyName === null ? '*' : `arn:aws:iam::${account}:policy${path}${policyName}`;
}

function queryContext({ form }: AwsRequest): Record<string, string> {
  const context = {
    'iam:PolicyARN': form.get('RoleName') === null ? null : form.get('PolicyArn'),
    'iam:PermissionsBoundary': form.get('PermissionsBoundary'),
    'sts:ExternalId': form.get('ExternalId'),
    'sts:RoleSessionName': form.get('RoleSessionName'),
  };
  return Object.fromEntries(
    Object.entries(context).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function tagPermission(operation: string): string | undefined {
  return /^Create(Role|Policy|User|OpenIDConnectProvider)$/.exec(operation)?.[1]?.replace(/^/, 'Tag');
}
