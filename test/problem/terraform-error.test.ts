import { describe, expect, it } from 'vitest';
import { parseDiagnostics, parseLockInfo } from '../../src/problem/terraform-diagnostics.ts';
import { terraformError } from '../../src/problem/terraform-error.ts';

const failed = { name: 'terraform apply', reason: 'apply-failed' } as const;
const errorOf = (stderr: string) => terraformError(failed, { code: 1, stdout: '', stderr });
const awsError = (operation: string, rest: string) =>
  `\nError: changing something: operation error ${operation}, https response error StatusCode: 400, RequestID: 1-2, ${rest}\n\n` +
  '  with aws_iam_role.kolena,\n  on cdk.tf.json line 7, in resource.aws_iam_role.kolena:\n   7:   "secret"\n\n';

/** As AWS, its provider and Terraform word them. */
const table: [name: string, stderr: string, remedy: RegExp][] = [
  [
    'a name that was taken meanwhile',
    awsError('IAM: CreateRole', 'EntityAlreadyExists: Role with name KolenaS3ReadAccess already exists.'),
    /run again, which imports it/,
  ],
  [
    "the role's quota",
    awsError('IAM: AttachRolePolicy', 'LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10'),
    /Managed policies attached to an IAM role/,
  ],
  [
    'another quota',
    awsError('IAM: CreatePolicy', 'LimitExceeded: Cannot exceed quota for PolicySize: 6144'),
    /Split/,
  ],
  [
    'a principal that AWS does not know',
    awsError(
      'IAM: UpdateAssumeRolePolicy',
      'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/gone"',
    ),
    /Copy the principal ARN from Kolena again/,
  ],
  [
    'a document that AWS refuses',
    awsError('IAM: CreatePolicy', 'MalformedPolicyDocument: Syntax errors in policy.'),
    /ARNs/,
  ],
  [
    'a right that the deploy role lacks',
    awsError(
      'IAM: CreatePolicy',
      'api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: iam:CreatePolicy on resource: policy KolenaS3ReadAccess because no identity-based policy allows the iam:CreatePolicy action',
    ),
    /"Effect": "Allow",\s+"Action": "iam:CreatePolicy",\s+"Resource": "\*"/,
  ],
  [
    'a right on a resource with an ARN',
    awsError(
      'IAM: TagRole',
      'api error AccessDenied: User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:TagRole on resource: arn:aws:iam::123456789012:role/KolenaS3ReadAccess because no identity-based policy allows the iam:TagRole action',
    ),
    /"Resource": "arn:aws:iam::123456789012:role\/KolenaS3ReadAccess"/,
  ],
  [
    'an explicit deny',
    awsError(
      'IAM: CreateRole',
      'api error AccessDenied: User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/r with an explicit deny in a service control policy',
    ),
    /owner of a service control policy to lift its explicit deny/,
  ],
  [
    'an S3 call that says no more',
    awsError('S3: PutBucketCors', 'api error AccessDenied: Access Denied'),
    /"s3:PutBucketCORS"/,
  ],
  [
    'a HeadBucket that is forbidden',
    awsError('S3: HeadBucket', 'api error Forbidden: Forbidden'),
    /"s3:ListBucket"/,
  ],
  [
    'credentials that ran out',
    awsError(
      'STS: GetCallerIdentity',
      'api error ExpiredToken: The security token included in the request is expired',
    ),
    /raise role-duration-seconds/,
  ],
  [
    'policies of others',
    awsError('IAM: DeleteRole', 'DeleteConflict: Cannot delete entity, must detach all policies first.'),
    /Detach/,
  ],
  [
    'a bucket that is gone',
    awsError('S3: PutBucketCors', 'NoSuchBucket: The specified bucket does not exist'),
    /name of the bucket/,
  ],
  [
    'a state bucket that is not there',
    '\nError: Failed to get existing workspaces: S3 bucket "states" does not exist.\n\nThe referenced S3 bucket must have been previously created.\n',
    /name of the bucket/,
  ],
  [
    'a backend that Terraform lacks',
    '\nError: Unsupported backend type\n\nThere is no backend type named "s4".\n',
    /`backend`/,
  ],
  [
    'a workspace that plans elsewhere',
    '\nError: Saving a generated plan is currently not supported\n\nThe "remote" backend does not support saving the generated execution plan\nlocally at this time.\n',
    /execution mode of the workspace to Local/,
  ],
  [
    'a registry that cannot be reached',
    '\nError: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider hashicorp/aws:\ncould not connect to registry.terraform.io: failed to request discovery\ndocument: proxyconnect tcp: connection refused\n',
    /HTTPS_PROXY/,
  ],
  [
    'a registry behind a proxy that inspects TLS',
    '\nError: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider hashicorp/aws:\ncould not connect to registry.terraform.io: failed to request discovery\ndocument: tls: failed to verify certificate: x509: certificate signed by\nunknown authority\n',
    /AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a constraint that no release of the provider satisfies',
    '\nError: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider hashicorp/aws: no\navailable releases match the given constraints ~> 9.0\n',
    /`aws-provider-version`/,
  ],
  [
    'a lock file with other checksums',
    "\nError: Failed to install provider\n\nError while installing hashicorp/aws v5.100.0: the local package for\nregistry.terraform.io/hashicorp/aws 5.100.0 doesn't match any of the\nchecksums previously recorded in the dependency lock file\n",
    /\.terraform\.lock\.hcl/,
  ],
  [
    'a lock file that lacks the provider',
    '\nError: Provider dependency changes detected\n\nChanges to the required provider dependencies were detected, but the lock\nfile is read-only. To use and record these requirements, run "terraform init"\nwithout the "-lockfile=readonly" flag.\n',
    /\.terraform\.lock\.hcl/,
  ],
  ['anything else', '\nError: Something new\n\nNever seen.\n', /Read the errors above/],
];

describe('terraformError', () => {
  it.each(table)('gives the next step for %s', (_, stderr, remedy) => {
    const error = errorOf(stderr);
    expect(error.reason).toBe('apply-failed');
    expect(error.remedy).toMatch(remedy);
  });

  it("keeps Terraform's words and names the resource, on one line each", () => {
    const { message } = errorOf(awsError('IAM: CreateRole', 'EntityAlreadyExists: Role exists.'));
    expect(message).toBe(
      'terraform apply failed (exit code 1). Error: changing something: operation error IAM: CreateRole, ' +
        'https response error StatusCode: 400, RequestID: 1-2, EntityAlreadyExists: Role exists. (aws_iam_role.kolena)',
    );
  });

  it('gives each remedy once, and as many errors as a person reads', () => {
    const stderr = Array.from({ length: 200 }, () =>
      awsError('S3: PutBucketCors', 'api error AccessDenied: Access Denied'),
    );
    const { message, remedy } = errorOf(stderr.join('\n'));
    expect(remedy.match(/Add this statement/g)).toHaveLength(1);
    expect(message.match(/^(?:.* )?Error: /gm)).toHaveLength(8);
    expect(message).toMatch(/… and 192 more errors\.$/);
  });

  it('gives what a program printed that reported nothing', () => {
    expect(errorOf('panic: out of memory').message).toBe(
      'terraform apply failed (exit code 1). panic: out of memory',
    );
  });

  it('knows a held lock that cannot be read', () => {
    const stderr =
      '\nError: Error acquiring the state lock\n\nError message: operation error S3: PutObject, https response error\nStatusCode: 412, api error PreconditionFailed\n';
    const error = errorOf(stderr);
    expect(error.reason).toBe('state-locked');
    expect(error.message).toContain('Who holds it could not be read.');
    expect(error.remedy).toContain('<key>.tflock');
  });
});

describe('parseDiagnostics', () => {
  it('unboxes errors and leaves warnings out', () => {
    const boxed = [
      '╷',
      '│ Warning: Deprecated',
      '│ ',
      '│ Do not.',
      '╵',
      '╷',
      '│ Error: Saved plan is stale',
      '│ ',
      '│ The given plan file can no longer be applied because the state was changed by',
      '│ another operation after the plan was created.',
      '╵',
    ];
    expect(parseDiagnostics(boxed.join('\n'))).toEqual([
      {
        summary: 'Saved plan is stale',
        detail:
          'The given plan file can no longer be applied because the state was changed by another operation after the plan was created.',
      },
    ]);
  });

  it('keeps indented lines apart', () => {
    const output =
      '\nError: Not found\n\nWas not found in any of the\nsearch locations\n\n  - /one\n  - /two\n';
    expect(parseDiagnostics(output)[0]?.detail).toBe(
      'Was not found in any of the search locations\n  - /one\n  - /two',
    );
  });
});

describe('parseLockInfo', () => {
  it('reads the holder of an S3 lock', () => {
    const output = [
      '',
      'Error: Error acquiring the state lock',
      '',
      'Error message: operation error S3: PutObject',
      'Lock Info:',
      '  ID:        292917cc-9073-c659-14d4-00ab35f93509',
      '  Path:      states/kolena.tfstate',
      '  Operation: OperationTypePlan',
      '  Who:       runner@fv-az1',
      '  Version:   1.11.4',
      '  Created:   2026-11-23 19:26:40.298804602 +0000 UTC',
      '  Info:      ',
    ];
    expect(parseLockInfo(output.join('\n'))).toEqual({
      id: '292917cc-9073-c659-14d4-00ab35f93509',
      path: 'states/kolena.tfstate',
      operation: 'OperationTypePlan',
      who: 'runner@fv-az1',
      created: '2026-11-23 19:26:40.298804602 +0000 UTC',
    });
  });

  it('knows when there is none', () => {
    expect(parseLockInfo('\nError: Something else\n')).toBeUndefined();
  });
});

it('tells of a Terraform that the system killed, which prints nothing', () => {
  const { reason, message, remedy } = terraformError(failed, { code: null, stdout: '', stderr: '' });
  expect(reason).toBe(failed.reason);
  expect(message).toMatch(/was killed before it ended\. .*memory/);
  expect(remedy).toMatch(/Run again/);
});
