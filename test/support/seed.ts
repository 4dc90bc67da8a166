import { readFileSync } from 'node:fs';
import type { CORSRule } from '@aws-sdk/client-s3';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';

/** The page's policy, as it stands there: for `share-with-kolena`. */
export const seedPolicy = read('access-policy') as PolicyDocument;

/** The page's CORS document. */
export const seedCors = read('cors') as (CORSRule & CorsRule)[];

/** The page's external ID. */
export const seedExternalId = 'example-external-id';

/** The page's trust policy with Kolena's ARN pasted in. */
export function seedTrustPolicy(principalArn: string): PolicyDocument {
  const text = JSON.stringify(read('trust-policy'));
  return JSON.parse(text.replace('PASTE KOLENA PRINCIPAL ARN HERE', principalArn)) as PolicyDocument;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`seed/${name}.json`, import.meta.url), 'utf8'));
}
