/** Terraform's name of our policy with this number, and of its attachment; contract, since renaming one replaces it. */
export function policyLogicalId(number: number): string {
  return number === 1 ? 'kolena' : `kolena_${number}`;
}

/** Addresses of one of our policies and its attachment. */
export function policyAddresses({ number }: { readonly number: number }): string[] {
  const id = policyLogicalId(number);
  return [`aws_iam_policy.${id}`, `aws_iam_role_policy_attachment.${id}`];
}

/** Terraform's name of a bucket's CORS configuration: no bucket name holds `_`, so no two buckets share one. */
export function bucketLogicalId(bucket: string): string {
  return `bucket_${bucket.replaceAll('.', '_')}`;
}

/** Address of a bucket's CORS configuration. */
export function corsAddress(bucket: string): string {
  return `aws_s3_bucket_cors_configuration.${bucketLogicalId(bucket)}`;
}
