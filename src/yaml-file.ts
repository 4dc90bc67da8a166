import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { UserError } from './errors.ts';

/** What the YAML file at `path` holds, unchecked. Throws `invalid-input` when it cannot be read or is not YAML. */
export function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError({
      reason: 'invalid-input',
      message: `${path} cannot be read as YAML: ${why.trim()}.`,
      remedy:
        'Mend or create the file; in a workflow, check the repository out first (actions/checkout). examples/ holds one to start from.',
      cause,
    });
  }
}
