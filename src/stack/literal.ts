/**
 * The string as Terraform's JSON syntax has to hold it, so that none of it is read as a template.
 * https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 * @example literal('${x}') // '$${x}'
 */
export function literal(text: string): string {
  return text.replace(/([$%])\{/g, '$1$1{');
}

/** Every string of the list as {@link literal}; undefined for none, so that the attribute is left out. */
export function literals(texts: readonly string[] | undefined): string[] | undefined {
  return texts?.length ? texts.map(literal) : undefined;
}
