import type { PolicyDocument, Statement } from '../iam/policy-document.ts';
import { notFromAws } from '../problem/aws-error.ts';

/** The document that IAM answers with: URL-encoded JSON, in which one statement may stand without its list. */
export function decodePolicyDocument(encoded: string | undefined): PolicyDocument {
  if (encoded === undefined) throw notFromAws('the question for a policy document');
  const document = JSON.parse(decodeURIComponent(encoded)) as PolicyDocument & {
    readonly Statement: Statement | readonly Statement[];
  };
  return { ...document, Statement: [document.Statement].flat() };
}
