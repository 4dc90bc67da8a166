import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { trustPolicyKey } from '../config/trust-policy-key.ts';

/** IAM takes a trust policy of up to 4,096 characters; white space does not count. */
const MOST_BYTES = 64 * 1024;

/**
 * The keys of a config with the text of the file that `kolena-trust-policy` names, relative to the config file, in place of
 * its name. Throws `invalid-input` when it cannot be read.
 */
export function withTrustPolicyFile(keys: unknown, configPath: string): unknown {
  const file = trustPolicyFileIn(keys);
  if (file === undefined) return keys;
  return { ...(keys as object), [trustPolicyKey]: read(resolve(dirname(configPath), file)) };
}

/** The file that `kolena-trust-policy` names; `undefined` where it holds the document itself. */
export function trustPolicyFileIn(keys: unknown): string | undefined {
  const value =
    typeof keys === 'object' && keys !== null
      ? (keys as Readonly<Record<string, unknown>>)[trustPolicyKey]
      : undefined;
  return typeof value === 'string' && /^[^{\n]+\.json$/.test(value.trim()) ? value.trim() : undefined;
}

function read(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size <= MOST_BYTES) return readFileSync(path, 'utf8');
  throw new UserError({
    reason: 'invalid-input',
    message: `${trustPolicyKey} names ${path}, ${size === undefined ? 'which does not exist' : `which has ${size} bytes; ${MOST_BYTES} are read`}.`,
    remedy: `Commit the file there, or paste the JSON itself under ${trustPolicyKey}.`,
  });
}
