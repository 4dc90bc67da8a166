/** A value as it is shown in a message: quoted, control characters escaped, cut after 80 characters. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON knows neither undefined nor functions; neither can come out of YAML.
  return text.length <= 82 ? text : `${text.slice(0, 80)}…`;
}

/** Problems that one message shows; who mends these sees the next ones. */
const MOST_LISTED = 50;

/** Problems as lines of a list. */
export function listed(problems: readonly string[]): string {
  const shown = problems.slice(0, MOST_LISTED).map((problem) => `- ${problem}`);
  const hidden = problems.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`- and ${hidden} more`] : [])].join('\n');
}
