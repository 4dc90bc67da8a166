/** `unprovable`: this run had no way to find out, and says why. */
export type CheckStatus = 'pass' | 'fail' | 'warning' | 'unprovable';

/** All texts of one check: a sentence for each status that it can have, `unprovable` as a pass; `{name}` stands for a value of its subject. */
export interface CheckTexts extends Partial<Readonly<Record<CheckStatus, string>>> {
  /** What stands behind the colon of the ID; absent where there is one such check. */
  readonly subject?: string;
  /** What a failure, or a warning, means: a phrase for the docs. */
  readonly meaning: string;
  /** The next step where the evidence calls for no other: full sentences. */
  readonly remedy: string;
}

const detach = 'Detach the policy that the evidence names.';
const apply = 'Run `command: apply`, which sets it right.';

/** The catalogue of checks, in the order of a reader's questions. `docs/troubleshooting.md` has its table from here. */
export const checks = {
  'role-exists': {
    pass: 'The role {role} exists.',
    fail: 'The role {role} is missing, or has another path.',
    meaning: 'there is no role of that name, or it has another path',
    remedy: 'Run `command: apply`, which creates it. Set `iam-path` to keep a role at its path.',
  },
  'trust-policy': {
    pass: 'The trust policy matches the config.',
    fail: 'The trust policy does not match the config.',
    meaning: 'somebody changed it, or it names a principal that was deleted (`AROA…`, `AIDA…`)',
    remedy: apply,
  },
  'role-settings': {
    pass: "The role's session length, tags and boundary match the config.",
    fail: "The role's session length, tags or boundary do not match the config.",
    warning: 'The role has a permissions boundary that the config does not name.',
    meaning:
      'somebody changed the session length or a tag, or took the permissions boundary off; a warning for a boundary that the config does not name, which can only narrow the access',
    remedy: apply,
  },
  policies: {
    pass: "The role's policies are attached, and match the config.",
    fail: "The role's policies do not match the config.",
    meaning: 'a policy is not attached, differs from the config, or is left from an earlier config',
    remedy: apply,
  },
  'other-policies': {
    pass: 'Other policies on the role grant nothing beyond the config.',
    fail: 'Other policies on the role grant Kolena more than the config.',
    warning: 'The role has other policies, which grant nothing more.',
    meaning:
      'a policy of others on the role, attached or inline, grants more than the config, or one of `other-policy-arns` can write; a warning while they add nothing; unprovable, and then nothing is verified, while they cannot be read',
    remedy: 'Detach or delete it, or list one that only reads in `other-policy-arns`.',
  },
  'former-role': {
    subject: '{role}',
    pass: 'The former role {role} does not trust Kolena.',
    fail: 'The former role {role} still trusts Kolena.',
    warning: 'It is not known whether the former role {role} trusts Kolena.',
    meaning:
      'a role that the config named before, within its last 5 changes, still trusts Kolena; a warning when it cannot be read',
    remedy:
      'Run `command: apply` with `allow-destroy: true`, which deletes it, or delete it yourself. If it cannot be read, allow `iam:GetRole` on it.',
  },
  assumes: {
    pass: 'A verifier assumes the role.',
    fail: 'The verifier cannot assume the role.',
    meaning: 'the role cannot be assumed: another external ID, an SCP, a boundary, STS off in the region',
    remedy: 'Do as the evidence says; IAM may also need more time.',
  },
  organization: {
    unprovable: 'The policies of the organization let Kolena assume the role.',
    meaning:
      "never fails; unprovable in every account of an organization: a member account cannot read the resource control policies (RCPs) on `sts:AssumeRole`. If Kolena is refused although every other check passes, the organization's administrator has to exempt Kolena's account by `aws:PrincipalAccount`, or the role by the tag `dp:exclude:identity` = `true`",
    remedy: "Ask the organization's administrator.",
  },
  'external-id': {
    pass: 'The role can be assumed with the right external ID only.',
    fail: 'The role can be assumed without the right external ID.',
    warning: 'No external ID protects the role.',
    meaning:
      'the role can be assumed without the external ID or with a wrong one; a warning when the config has none',
    remedy: 'Run `command: apply`, which writes the trust policy again. Agree on an external ID with Kolena.',
  },
  'temporary-trust': {
    pass: 'The check left no statement in the trust policy.',
    fail: 'The statement of the check is still in the trust policy.',
    warning: 'An earlier check left a statement in the trust policy.',
    meaning: "the check's own statement could not be removed; it expires within minutes",
    remedy:
      'Take the statement `KolenaVerifyTemporary` out of the trust policy, or run `command: verify` again; it expires by itself within minutes.',
  },
  ended: {
    pass: 'The trust policy no longer lets Kolena in.',
    fail: 'The trust policy still lets Kolena in, though the access has ended.',
    meaning: 'after `access-until`: the trust policy still lets Kolena assume the role',
    remedy: apply,
  },
  'ended-reads': {
    subject: '{location}',
    pass: 'A session of the role can no longer read s3://{location}.',
    fail: 'A session of the role still reads s3://{location}, though the access has ended.',
    meaning:
      'after `access-until`: a session of the role can still read, because a bucket policy or a policy on the role allows it',
    remedy:
      "Run `command: apply`, which writes the end into the policies; if that does not help, take the role out of the bucket's policy.",
  },
  lists: {
    subject: '{location}',
    pass: 'Kolena lists s3://{location}.',
    fail: 'Kolena cannot list s3://{location}.',
    meaning: 'the bucket cannot be listed: policies, bucket policy, SCP, RCP, boundary or VPC endpoint',
    remedy: 'Do as the evidence says, for example exempt the role from the Deny.',
  },
  reads: {
    subject: '{location}',
    pass: 'Kolena reads objects of s3://{location}.',
    fail: 'Kolena cannot read objects of s3://{location}.',
    warning: 'No object of s3://{location} could be read to prove it.',
    meaning:
      'an object cannot be read though it is listed: as above, a KMS key, or an object of another owner; a warning when the location is empty or archived',
    remedy: 'Put an object there, or set `verify-object` to one that is not archived.',
  },
  decrypts: {
    subject: '{location}',
    pass: 'Kolena reads KMS-encrypted objects of s3://{location}.',
    fail: 'Kolena cannot read KMS-encrypted objects of s3://{location}.',
    warning: 'The config does not grant the KMS key of new objects in s3://{location}.',
    meaning: "the role has no access to the object's KMS key, or the key is disabled",
    remedy: 'Add the key to `kms-key-arns`, or the printed statement to the key policy.',
  },
  'bucket-policy': {
    subject: '{bucket}',
    pass: 'The bucket policy of {bucket} does not deny what Kolena needs to list it and to read a sample object.',
    fail: 'The bucket policy of {bucket} denies Kolena access.',
    warning: 'The bucket policy of {bucket} can deny Kolena access.',
    meaning:
      'a Deny statement of the bucket policy applies to the role; a warning when it depends on where a request comes from (IP address or VPC), which differs between Kolena, the browser and this run; a Deny of some keys or object tags alone is not looked for',
    remedy: 'Exempt the role from the Deny by `aws:PrincipalArn`. No Allow overrides a Deny.',
  },
  'key-policy': {
    subject: '{bucket}',
    pass: 'The KMS key policy for {bucket} allows the role to decrypt.',
    fail: 'The KMS key policy for {bucket} does not allow the role to decrypt.',
    warning: 'The KMS key policy for {bucket} can stop the role from decrypting.',
    meaning:
      "the policy of the bucket's default KMS key denies the role, or allows neither the role nor its account",
    remedy: 'Exempt the role from the Deny, or add the printed statement to the key policy.',
  },
  'object-ownership': {
    subject: '{bucket}',
    warning: 'Some objects of {bucket} can belong to another account.',
    meaning:
      'never fails; objects that other accounts upload can stay theirs, and then Kolena cannot read them',
    remedy: 'Set the object ownership of the bucket to `BucketOwnerEnforced` if no writer needs ACLs.',
  },
  presigned: {
    subject: '{location}',
    pass: 'A page of {origin} loads an object of s3://{location} by a presigned URL.',
    fail: 'A page of {origin} cannot load an object of s3://{location} by a presigned URL.',
    meaning: "Kolena's web page cannot load an object: CORS, or a bucket policy that looks at the request",
    remedy:
      'Run `command: apply`. Exempt the role from conditions on s3:authType, s3:signatureAge or aws:Referer.',
  },
  preflight: {
    subject: '{bucket}:{origin}',
    pass: '{bucket} lets pages of {origin} read.',
    fail: '{bucket} does not let pages of {origin} read.',
    meaning: "the bucket's CORS rules refuse an origin of `cors-origins`",
    remedy: 'Run `command: apply`, which adds the rule for the configured cors-origins.',
  },
  'preflight-unknown-origin': {
    subject: '{bucket}',
    pass: '{bucket} lets no page of an unknown origin read.',
    fail: '{bucket} lets a page of an unknown origin read.',
    warning: '{bucket} lets pages of every origin read.',
    meaning:
      'any web page is answered although no rule allows it: a proxy in front of S3 answers; a warning when another rule allows every origin',
    remedy: 'See whether a proxy or gateway in front of S3 answers preflights itself.',
  },
  'kolena-cors': {
    subject: '{bucket}',
    pass: "Kolena's CORS rule of {bucket} allows nothing beyond the config.",
    fail: "Kolena's CORS rule of {bucket} allows more than the config.",
    meaning: "somebody added origins, methods or headers to Kolena's rule, or no such rule is wanted",
    remedy: 'Run `command: plan`, which shows the difference, then `command: apply`, which sets it right.',
  },
  'foreign-cors': {
    subject: '{bucket}',
    pass: "The CORS rules of {bucket} that are not Kolena's are as they were.",
    fail: "The CORS rules of {bucket} that are not Kolena's have changed.",
    meaning: "CORS rules that are not Kolena's are not as they were",
    remedy: 'See who else writes the CORS rules of this bucket, and run `command: apply`.',
  },
  grants: {
    subject: '{where}',
    pass: '{who} grant listing and reading s3://{where}.',
    fail: '{who} do not grant listing and reading s3://{where}.',
    meaning: "IAM's simulator denies listing or reading: a Deny, an SCP or the role's boundary",
    remedy:
      'Run `command: apply`, which writes and attaches the policies; take a Deny out of the policy named.',
  },
  'denies-ended': {
    subject: '{where}',
    pass: '{who} no longer grant reading s3://{where}.',
    fail: '{who} still grant reading s3://{where}, though the access has ended.',
    meaning: 'after `access-until`: some policy on the role still allows reading',
    remedy: detach,
  },
  'denies-write': {
    subject: '{where}',
    pass: '{who} do not grant writing to s3://{where}.',
    fail: '{who} grant writing to s3://{where}.',
    meaning: 'some policy on the role allows writing',
    remedy: detach,
  },
  'denies-delete': {
    subject: '{where}',
    pass: '{who} do not grant deleting from s3://{where}.',
    fail: '{who} grant deleting from s3://{where}.',
    meaning: 'some policy on the role allows deleting',
    remedy: detach,
  },
  'denies-outside-prefix': {
    subject: '{where}',
    pass: '{who} grant nothing of s3://{where} outside of the configured prefixes.',
    fail: '{who} grant more of s3://{where} than the configured prefixes.',
    meaning: 'some policy allows more of the bucket than its prefixes',
    remedy: detach,
  },
  'denies-other-buckets': {
    pass: '{who} grant no other bucket.',
    fail: '{who} grant other buckets.',
    meaning: 'some policy allows buckets that the config does not name',
    remedy: detach,
  },
  simulation: {
    unprovable: "IAM's simulator could not be asked about {policies}.",
    meaning: 'never fails; unprovable, and then nothing is verified, when the simulator could not be asked',
    remedy:
      'Allow `iam:SimulatePrincipalPolicy`, and for `plan` `iam:SimulateCustomPolicy`, to the role that this run uses.',
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;

/** The ID of a check less its subject. */
export type CheckKind = keyof typeof checks;

type EntryOf<Kind extends CheckKind> = Kind extends CheckKind ? (typeof checks)[Kind] : never;

/** The statuses for which a check has a sentence of its own. */
export type StatusOf<Kind extends CheckKind> = CheckStatus & keyof EntryOf<Kind>;

type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type TextsOf<Entry> = Entry[keyof Entry & (CheckStatus | 'subject')];

/** The values that a check's texts need; one that is missing does not compile. */
export type ValuesOf<Kind extends CheckKind> = Readonly<Record<Placeholders<TextsOf<EntryOf<Kind>>>, string>>;

/** Whether a check's ID is of this kind. */
export function isOfKind(id: string, kind: CheckKind): boolean {
  return id === kind || id.startsWith(`${kind}:`);
}
