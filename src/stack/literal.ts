import { Token } from 'cdktf';

/** A template that Terraform evaluates to the very text, and that hides it from CDKTF. */
const hidden = (text: string): string => `\${${JSON.stringify(text)}}`;

/** Strings that CDKTF compares whole values with. */
const PLACEHOLDERS: readonly string[] = [Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE];

/** Keys that are a comment to Terraform and CDKTF, or set an object's prototype in JavaScript. */
const RESERVED_KEYS: readonly string[] = ['//', '__proto__'];

/**
 * The string as Terraform's JSON syntax has to hold it, so that none of it is read as a template, nor by CDKTF as one of
 * its tokens. Text of others reaches the stack by this and {@link literalMap} alone.
 * https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 * @example literal('${x}') // '$${x}'
 */
export function literal(text: string): string {
  if (PLACEHOLDERS.includes(text)) return hidden(text);
  return (
    text
      .replace(/([$%])(?=\{)/g, '$1$1')
      // Terraform drops a byte order mark at the start, and takes no template behind a carriage return; "$" before a
      // template would escape it.
      .replace(/^\ufeff|[$%]*\r/g, hidden)
      .replaceAll('{TfToken[', `{${hidden('T')}fToken[`)
      .replace(/[-+.|\d]+e[-+.|\deE]+/g, (number) =>
        isTokenNumber(number) ? number.replaceAll('e', hidden('e')) : number,
      )
  );
}

/** A map whose keys are {@link literal} too. */
export function literalMap(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      RESERVED_KEYS.includes(key) ? hidden(key) : literal(key),
      literal(value),
    ]),
  );
}

/** CDKTF keeps tokens in numbers near -1.89e289, and looks for them inside of text too. */
function isTokenNumber(text: string): boolean {
  const number = Math.abs(parseFloat(text));
  return number > 1e288 && number < Infinity;
}
