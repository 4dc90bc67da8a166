import { appendFileSync, existsSync } from 'node:fs';
import { EOL } from 'node:os';

/*
 * What @actions/core writes, letter by letter (a test compares them). The package itself is loaded for a token of GitHub alone:
 * it brings an HTTP client, whose loading takes longer than all else that happens before Terraform starts.
 */

/** Prints a command for GitHub's runner. https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export function printCommand(name: string, text = '', place: Readonly<Record<string, unknown>> = {}): void {
  const properties = Object.entries(place).map(
    ([key, value]) => `${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  process.stdout.write(`::${[name, properties.join()].join(' ').trimEnd()}::${escaped(text)}${EOL}`);
}

/** Gives later steps an output, in the file that GITHUB_OUTPUT names; prints it without one. Throws where the file is not there. */
export function writeOutput(name: string, value: string): void {
  const file = process.env['GITHUB_OUTPUT'];
  if (!file) {
    process.stdout.write(EOL);
    printCommand('set-output', value, { name });
    return;
  }
  if (!existsSync(file)) throw new Error(`Missing file at path: ${file}`);
  // Nobody can guess where the value ends.
  const end = `ghadelimiter_${crypto.randomUUID()}`;
  appendFileSync(file, `${[`${name}<<${end}`, value, end].join(EOL)}${EOL}`);
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
