import type { ResourceChange } from './changes.ts';

/** Every kind of resource that a plan holds, in the order in which readers see them; `label` is in AWS's words. */
export const resourceKinds = {
  // `loss` is what goes with one: Kolena's `access`, if `allow-destroy` is set; `rules of others`, which nothing allows.
  role: { type: 'aws_iam_role', label: 'IAM role', loss: 'access' },
  policy: { type: 'aws_iam_policy', label: 'IAM policy', loss: 'access' },
  attachment: { type: 'aws_iam_role_policy_attachment', label: 'Attachment of policy', loss: 'nothing' },
  cors: { type: 'aws_s3_bucket_cors_configuration', label: 'CORS rules of bucket', loss: 'rules of others' },
} as const;

const kinds = Object.values(resourceKinds);

/** The kind of a Terraform type; undefined for a type that the stack does not use. */
export function kindOfType(type: string) {
  return kinds.find((kind) => kind.type === type);
}

/** The name of a Terraform type in AWS's words, as `IAM role`; the type itself when the stack does not use it. */
export function labelOf(type: string): string {
  return kindOfType(type)?.label ?? type;
}

/** The place of a Terraform type in a list for readers; types that the stack does not use come first. */
export function rankOfType(type: string): number {
  return kinds.findIndex((kind) => kind.type === type);
}

/** The address of an attachment's policy; any other address as it is. */
export function policyAddressOf(address: string): string {
  return address.replace(`${resourceKinds.attachment.type}.`, `${resourceKinds.policy.type}.`);
}

/** What a change is about, by name. An attachment is named as its policy, whose ARN is unknown until it is created. */
export function nameOf(change: ResourceChange, all: readonly ResourceChange[]): string {
  const address = policyAddressOf(change.address);
  const policy = address === change.address ? undefined : all.find((other) => other.address === address);
  const { before, after } = policy ?? change;
  const values = { ...before, ...after };
  const name = values['name'] ?? values['bucket'] ?? values['policy_arn'];
  return typeof name === 'string' ? name : change.address;
}

/** Terraform's name of the role. Logical ids are contract: renaming one replaces the resource. */
export const roleLogicalId = 'kolena';

/** Terraform's name of the policy with this number, and of its attachment. */
export function policyLogicalId(number: number): string {
  return number === 1 ? 'kolena' : `kolena_${number}`;
}

/** Terraform's name of a bucket's CORS configuration: no bucket name holds `_`, so no two buckets share one. */
export function bucketLogicalId(bucket: string): string {
  return `bucket_${bucket.replaceAll('.', '_')}`;
}

/** Terraform's address of the role. */
export const roleAddress = `${resourceKinds.role.type}.${roleLogicalId}`;

/** Terraform's addresses of a policy and its attachment. */
export function policyAddresses({ number }: { readonly number: number }): string[] {
  const { policy, attachment } = resourceKinds;
  return [policy, attachment].map(({ type }) => `${type}.${policyLogicalId(number)}`);
}

/** Terraform's address of a bucket's CORS configuration. */
export function corsAddress(bucket: string): string {
  return `${resourceKinds.cors.type}.${bucketLogicalId(bucket)}`;
}
