/** What a text has to be. */
export interface TextRule {
  /** Editors go by it. */
  readonly pattern: RegExp;
  /** A phrase to put after the value (`is not …`), or `undefined` when the value is valid. */
  readonly problemOf: (text: string) => string | undefined;
}

/** The rule whose pattern says all of it. */
export function matching(pattern: RegExp, problem: string): TextRule {
  return { pattern, problemOf: (text) => (pattern.test(text) ? undefined : problem) };
}

/** The items of a text, one per line unless told otherwise, trimmed; empty ones are left out. */
export function itemsOf(text: string, separator: string | RegExp = '\n'): string[] {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Splits `key=value` at its first equals sign; absent when there is none or no key before it. */
export function splitPair(text: string): readonly [key: string, value: string] | undefined {
  const at = text.indexOf('=');
  return at < 1 ? undefined : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
