import { type PolicyDocument, readPolicyDocument } from '../iam/policy-document.ts';
import { notFromAws } from '../problem/aws-error.ts';

/** The document that IAM answers with: URL-encoded JSON. */
export function decodePolicyDocument(encoded: string | undefined): PolicyDocument {
  if (encoded === undefined) throw notFromAws('the question for a policy document');
  return readPolicyDocument(JSON.parse(decodeURIComponent(encoded)));
}
