import { Token } from 'cdktf';

/** A template that Terraform evaluates to the very text, and that hides it from CDKTF. */
const hidden = (text: string): string => `\${${JSON.stringify(text)}}`;

/** Strings that CDKTF compares whole values with. */
const PLACEHOLDERS: readonly string[] = [Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE];

/** Keys that are a comment to Terraform and CDKTF, or set an object's prototype in JavaScript. */
const RESERVED_KEYS: readonly string[] = ['//', '__proto__'];

/** Text that Terraform does not read as a template, nor CDKTF as a token. @example literal('${x}') // '$${x}' */
export function literal(text: string): string {
  if (PLACEHOLDERS.includes(text)) return hidden(text);
  return (
    text
      // https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
      .replace(/([$%])(?=\{)/g, '$1$1')
      // Terraform drops a leading BOM and takes no template behind "\r"; "$" before a template would escape it.
      .replace(/^\ufeff|[$%]*\r/g, hidden)
      .replaceAll('{TfToken[', `{${hidden('T')}fToken[`)
      .replace(/[-+.|\d]+e[-+.|\deE]+/g, (number) =>
        isTokenNumber(number) ? number.replaceAll('e', hidden('e')) : number,
      )
  );
}

/** A map whose keys are {@link literal} too. Text of others reaches the stack by these two functions alone. */
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
