import type { Fact } from '../plan/fact.ts';
import type { DiffLine } from './diff-line.ts';

/**
 * The facts that no line of the diffs says whole, such as a policy's language or the order of CORS rules: whoever approves
 * the plan approves them too.
 */
export function unshownFacts(facts: readonly Fact[], diffs: readonly (readonly DiffLine[])[]): DiffLine[] {
  const lines = diffs.flat().map(({ text }) => spelled(text));
  const values = new Set(lines.flatMap(endings));
  const text = lines.join('\n');
  return facts
    .filter(({ needsApproval }) => needsApproval)
    .filter(({ subject, terms }) => {
      const isShown = text.includes(spelled(subject)) && terms.every((term) => values.has(spelled(term)));
      return !isShown;
    })
    .map(({ change, text: said, terms }) => {
      const unsaid = terms.filter((term) => !said.includes(term));
      return { sign: change === 'comes' ? '+' : '-', text: [said, ...unsaid].join('; ') };
    });
}

/** A value stands behind its label, and either may hold spaces. */
function endings(line: string): string[] {
  const words = line.trim().split(' ');
  return words.map((_, at) => words.slice(at).join(' '));
}

/** Tags are spelled with spaces here and without there. */
function spelled(text: string): string {
  return text.replaceAll(' = ', '=');
}
