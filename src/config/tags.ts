import { quote } from '../base/quote.ts';

const LETTERS = String.raw`\p{L}\p{N}_.:\/+\-@`;
const CHARACTERS = new RegExp(`^[${LETTERS}=\\p{Z}]*$`, 'u');

/** A tag's key, of up to 128 characters. */
export const tagKeyPattern = new RegExp(`^(?![aA][wW][sS]:|__proto__$)[${LETTERS}=\\p{Z}]+$`, 'u');

/** A tag's value, of up to 256 characters. */
export const tagValuePattern = CHARACTERS;

/** `key=value`, with spaces around both. */
export const tagLinePattern = new RegExp(
  `^\\s*(?![aA][wW][sS]:|__proto__\\s*=)[${LETTERS}](?:[${LETTERS}\\p{Z}]{0,126}[${LETTERS}])?` +
    `\\s*=\\s*(?:[${LETTERS}=](?:[${LETTERS}=\\p{Z}]{0,254}[${LETTERS}=])?)?\\s*$`,
  'u',
);

/** Of a role or a policy. */
export const MOST_TAGS = 50;

/** What is wrong with a set of tags, one sentence each. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
export function tagProblems(pairs: readonly (readonly [key: string, value: string])[]): string[] {
  if (pairs.length > MOST_TAGS) return [`holds ${pairs.length} tags: AWS takes ${MOST_TAGS}`];
  const problems = pairs.flatMap(([key, value]) => tagProblem(key, value) ?? []);
  const seen = new Map<string, string>();
  for (const [key] of pairs) {
    // IAM keeps the case of a tag's key, and does not tell keys apart by it.
    const first = seen.get(key.toLowerCase());
    if (first !== undefined)
      problems.push(`${quote(key)} is given twice${first === key ? '' : ` (as ${quote(first)} too)`}`);
    seen.set(key.toLowerCase(), key);
  }
  return problems;
}

/** The one key that no mapping of JavaScript holds like others: it would be lost on the way. */
export const refusedTagKey = '__proto__';
export const refusedTagProblem = `${quote(refusedTagKey)} cannot be the key of a tag here: choose another`;

function tagProblem(key: string, value: string): string | undefined {
  if (key.length < 1 || key.length > 128)
    return `${quote(key)} is a key of ${key.length} characters: 1 to 128 are allowed`;
  if (value.length > 256)
    return `${quote(key)} has a value of ${value.length} characters: at most 256 are allowed`;
  if (key === refusedTagKey) return refusedTagProblem;
  if (/^aws:/i.test(key)) return `${quote(key)} begins with "aws:", which is reserved for AWS`;
  if (!CHARACTERS.test(key) || !CHARACTERS.test(value))
    return `${quote(`${key}=${value}`)} has characters that AWS refuses: letters, digits, spaces and _.:/=+-@ are allowed`;
  return undefined;
}
