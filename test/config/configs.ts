import type { AccessConfig } from '../../src/config/access-config.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';

/** Kolena's principal in these tests. */
export const principalArn = 'arn:aws:iam::111122223333:role/kolena';

/** The least that a config needs, and what a test sets besides. */
export function configOf(keys: Readonly<Record<string, unknown>> = {}): AccessConfig {
  return parseAccessConfig({ buckets: ['share-with-kolena'], 'kolena-principal-arn': principalArn, ...keys });
}
