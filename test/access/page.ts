import { readFileSync } from 'node:fs';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';

/** The documents of Kolena's page, as a customer pastes them by hand. */
export const page = {
  accessPolicy: read('access-policy.json') as PolicyDocument,
  trustPolicy: read('trust-policy.json') as PolicyDocument,
  cors: read('cors.json') as CorsRule[],
};

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}
