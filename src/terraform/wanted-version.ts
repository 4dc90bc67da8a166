import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { parseConstraint, type VersionConstraint } from '../config/version-constraint.ts';

/** Which Terraform is asked for, and by what. */
export interface Wanted {
  readonly text: string;
  /** As a message names it: an input, or a file. */
  readonly source: string;
  readonly allows: VersionConstraint;
}

export interface WantedVersionProps {
  /** The `terraform-version` input: a version or Terraform's version constraint. */
  readonly terraformVersion?: string | undefined;
  /** Where a `.terraform-version` file may lie, and what `terraform-path` is relative to. */
  readonly workingDirectory: string;
  readonly log: Log;
}

/** Where nothing is asked for: the version that this release was tested with, the same for plan and apply. */
export const testedVersion = parseRequirement('1.11.4', 'this Action');

/** The version that the input, else the file `.terraform-version`, asks for. Throws `invalid-input` for the input. */
export async function wantedVersion(props: WantedVersionProps): Promise<Wanted | undefined> {
  const { terraformVersion, workingDirectory, log } = props;
  if (terraformVersion !== undefined) return parseRequirement(terraformVersion, '`terraform-version`');
  const file = await readFile(join(workingDirectory, '.terraform-version'), 'utf8').catch(() => '');
  const text = file
    .split('\n')
    .find((candidate) => /^\s*[^#\s]/.test(candidate))
    ?.trim();
  if (text === undefined) return undefined;
  // The file is a version manager's: what only that one understands is passed over.
  const allows = parseConstraint(text) ?? latest(text);
  if (allows !== undefined) return { text, source: 'the file .terraform-version', allows };
  log.info(
    `The file .terraform-version says "${text}", which is passed over: it is not a version, a version constraint or \`latest:<regex>\`.`,
  );
  return undefined;
}

/** Stable versions, 1.x from 1.10 on without a pattern: https://github.com/tfutils/tfenv#terraform-version-file */
function latest(text: string): VersionConstraint | undefined {
  if (text === 'latest') return parseConstraint('>= 1.10.0, < 2.0.0');
  const pattern = /^latest:(.+)$/.exec(text)?.[1];
  if (pattern === undefined) return undefined;
  try {
    const matches = new RegExp(pattern);
    return (version) => /^\d+\.\d+\.\d+$/.test(version) && matches.test(version);
  } catch {
    return undefined;
  }
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
