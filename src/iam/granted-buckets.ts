import { publicDatasetsBucket } from '../config/bucket-location.ts';
import { listOf, statementsOf } from './compare-policy.ts';
import type { PolicyDocument } from './policy-document.ts';

const BUCKET_RESOURCE = /^arn:[a-z-]+:s3:::([^/*?$]+)(?:\/.*)?$/s;

/** The buckets that live policies grant, each once, in the documents' order; Kolena's public datasets are left out. */
export function grantedBuckets(documents: readonly PolicyDocument[]): string[] {
  const resources = documents
    .flatMap(statementsOf)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Resource }) => listOf(Resource));
  const buckets = resources.map((resource) => BUCKET_RESOURCE.exec(resource)?.[1]);
  return [...new Set(buckets)].filter(
    (bucket) => bucket !== undefined && bucket !== publicDatasetsBucket,
  ) as string[];
}
