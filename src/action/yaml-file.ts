import { readFileSync } from 'node:fs';
import { parseDocument, type YAMLError } from 'yaml';
import { UserError } from '../base/errors.ts';

/** What the YAML file at `path` holds, unchecked. Throws `invalid-input` when it cannot be read or is not YAML. */
export function readYaml(path: string): unknown {
  const document = parseDocument(readText(path));
  // A tag that nobody resolves would pass for its bare text.
  const problems = [...document.errors, ...document.warnings].map(spell);
  if (problems.length > 0) throw notYaml(path, problems);
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    throw notYaml(path, [textOf(cause)], cause);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError({
      reason: 'invalid-input',
      message: unreadable(path, cause),
      remedy:
        'Create the file or name the right one; in a workflow, check the repository out first (actions/checkout). examples/ holds one to start from.',
      cause,
    });
  }
}

function unreadable(path: string, cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `There is no file ${path}.`;
  if (code === 'EISDIR') return `${path} is a directory: a YAML file is needed.`;
  return `${path} cannot be read: ${textOf(cause)}.`;
}

function notYaml(path: string, problems: readonly string[], cause?: unknown): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `${path} is not YAML:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    remedy: 'Correct the file; nothing was called in AWS.',
    cause,
  });
}

/** What is wrong and where, without the lines themselves: they may hold the external ID. */
function spell({ message }: YAMLError): string {
  return message
    .replace(/:\n[^]*$/, '')
    .replace(
      'Source contains multiple documents; please use YAML.parseAllDocuments()',
      'a second document begins',
    );
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
