import { expiredRemedy } from './credentials-error.ts';
import { denialRemedy, statementFor } from './denial.ts';
import { isUntrustedCertificate, untrustedCertificateRemedy } from './network-error.ts';
import type { Diagnostic } from './terraform-diagnostics.ts';

type Remedy = string | ((match: RegExpExecArray) => string);

/** What Terraform and AWS say, and what to do about it; the first match counts, so the special come first. */
const remedies: readonly (readonly [RegExp, Remedy])[] = [
  [/ExpiredToken|token included in the request is expired/, expiredRemedy],
  [/not authorized to perform: [\w-]+:\w+/, ({ input }) => denialRemedy(input)],
  [
    /operation error (\w+): (\w+),.*(?:AccessDenied|Forbidden)/s,
    ([, service = '', operation = '']) =>
      statementFor({
        Action: s3Actions[operation] ?? `${service.toLowerCase()}:${operation}`,
        Resource: '*',
      }),
  ],
  [
    /EntityAlreadyExists/,
    'Somebody else created it meanwhile: run again, which imports it. If that fails in the same way, a policy of that name exists at another path or in another case, which IAM counts as the same name: see `aws iam list-policies --scope Local`, and set `iam-path` or `policy-name` to what it has, or choose another `policy-name`.',
  ],
  [
    /PoliciesPerRole/,
    'Detach policies that the role does not need, split the buckets over several roles, or raise the quota "Managed policies attached to an IAM role" in Service Quotas.',
  ],
  [
    /LimitExceeded/,
    'Split the buckets over several roles, remove what is no longer used, or raise the quota in Service Quotas.',
  ],
  [
    /MalformedPolicyDocument.*Invalid principal/s,
    'Copy the principal ARN from Kolena again into `kolena-principal-arn`: AWS knows no such principal, it was deleted, or it is of another partition.',
  ],
  [
    /MalformedPolicyDocument/,
    'Check the ARNs in the config: AWS refuses the document that was made of them.',
  ],
  [/DeleteConflict/, 'Detach from the role or policy what others attached to it, then run again.'],
  [
    /NoSuchBucket|bucket "\S+" does not exist/,
    'Check the name of the bucket and its account, or create it first.',
  ],
  [/Saved plan is stale/, 'Run again: a new plan is made from the state as it is now.'],
  [
    /Unsupported \w+ Core version/,
    'Needed is 1.5 or newer, with a `backend` 1.7, with the backend `s3` 1.10: set `terraform-version`, as `~> 1.11`, to have one downloaded, or put a newer one on PATH.',
  ],
  [
    /checksums previously recorded|lock file is read-only|locked provider .* does not match/,
    "Bring the `.terraform.lock.hcl` beside the config up to date (`terraform init -upgrade`, then `terraform providers lock -platform=linux_amd64`, with the runner's platform), set `aws-provider-version` to what it holds, or, if the file is about another stack, move the config into a directory of its own.",
  ],
  [
    /no available releases match the given constraints/,
    'Set `aws-provider-version` to a constraint that the registry, or the mirror in your Terraform CLI configuration, can satisfy.',
  ],
  [
    /Failed to (?:query available provider packages|install provider)/,
    'Let the runner reach the provider registry: set HTTPS_PROXY, or TF_CLI_CONFIG_FILE to a configuration that names a provider mirror.',
  ],
  [
    /Saving a generated plan is currently not supported/,
    'Set the execution mode of the workspace to Local in HCP Terraform (Settings, General), which then keeps the state alone, or leave `backend` out, which needs no state at all: a plan that runs there cannot be saved, approved and then applied.',
  ],
  [
    /terraform\.backend|backend|Failed to get existing workspaces/i,
    "Check `backend` and each line of `backend-config` against that backend's page in Terraform's documentation.",
  ],
];

/** The next step for a failure that is known, if it is. */
export function remedyFor({ summary, detail, block }: Diagnostic): string | undefined {
  const text = [summary, detail, block ?? ''].join('\n');
  if (isUntrustedCertificate(text)) return untrustedCertificateRemedy;
  for (const [pattern, remedy] of remedies) {
    const match = pattern.exec(text);
    if (match !== null) return typeof remedy === 'string' ? remedy : remedy(match);
  }
  return undefined;
}

/** S3's operations whose IAM action has another name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const s3Actions: Readonly<Record<string, string>> = {
  GetBucketCors: 's3:GetBucketCORS',
  PutBucketCors: 's3:PutBucketCORS',
  DeleteBucketCors: 's3:PutBucketCORS',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  HeadObject: 's3:GetObject',
};
