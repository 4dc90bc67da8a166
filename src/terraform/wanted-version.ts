import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { parseConstraint } from '../config/version-constraint.ts';
import type { VersionConstraint } from '../config/version-constraint.ts';

/** Which Terraform is asked for, and by what. */
export interface Wanted {
  readonly text: string;
  /** As a message names it: an input, or a file. */
  readonly source: string;
  readonly allows: VersionConstraint;
}

interface WantedVersionProps {
  readonly terraformVersion?: string | undefined;
  readonly workingDirectory: string;
}

/** What `terraform-version`, else a `.terraform-version` file, asks for. Throws `invalid-input`. */
export async function wantedVersion({
  terraformVersion,
  workingDirectory,
}: WantedVersionProps): Promise<Wanted | undefined> {
  if (terraformVersion !== undefined) return parseRequirement(terraformVersion, '`terraform-version`');
  const text = await readFile(join(workingDirectory, '.terraform-version'), 'utf8').catch(() => '');
  const line = text.split('\n').find((candidate) => /^\s*[^#\s]/.test(candidate));
  return line === undefined ? undefined : parseRequirement(line.trim(), 'the file .terraform-version');
}

/** A version or constraint that `source` gave. Throws `invalid-input`. */
export function parseRequirement(text: string, source: string): Wanted {
  const allows = parseConstraint(text);
  if (allows !== undefined) return { text, source, allows };
  throw new UserError({
    reason: 'invalid-input',
    message: `${source} is "${text}"; allowed is a version or Terraform's version constraint.`,
    remedy:
      'Write it as `1.11.4`, `~> 1.11` or `>= 1.10.0, < 2.0.0`; `terraform-version` goes before the file.',
  });
}
