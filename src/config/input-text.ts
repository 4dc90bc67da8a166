const lists = new Set(['buckets', 'kms-key-arns', 'cors-origins', 'tags']);
const flags = new Set(['include-public-datasets', 'object-versions']);

/** Whether a key was given: an input that is unset reads as empty text, a YAML key without a value as null. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

/**
 * The value that the text of an Action input stands for: lists have one item per line, booleans are spelled as in
 * YAML 1.2's core schema. What cannot be read so is left for the schema to refuse.
 *
 * @example
 * fromText('buckets', 'one\ntwo/images/\n') // ['one', 'two/images/']
 */
export function fromText(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (lists.has(key)) return linesOf(value);
  if (flags.has(key) && /^(?:true|True|TRUE|false|False|FALSE)$/.test(value.trim()))
    return value.trim().toLowerCase() === 'true';
  if (key === 'max-session-duration' && /^\d+$/.test(value.trim())) return Number(value);
  return value.trim();
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
