/** What GitHub would fill an expression in with. */
export interface ExpressionContext {
  /** `github.event_name`. */
  readonly event: string;
  /** The entry of the matrix. @default none */
  readonly matrix?: Readonly<Record<string, string>>;
}

/**
 * A workflow's text with its expressions filled in: of GitHub's language those that the examples use. Any other throws, so
 * that no example outgrows its test.
 *
 * @example
 * filledIn("${{ github.event_name == 'push' && 'apply' || 'plan' }}", { event: 'push' }) // 'apply'
 */
export function filledIn(text: string, context: ExpressionContext): string {
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => valueOf(expression, context));
}

/** Whether a job with this `if` runs; one without always does. */
export function runsOn(condition: string | undefined, context: ExpressionContext): boolean {
  return condition === undefined || valueOf(condition, context) === 'true';
}

function valueOf(expression: string, { event, matrix = {} }: ExpressionContext): string {
  const value = matrix[/^matrix\.(\w+)$/.exec(expression)?.[1] ?? ''];
  if (value !== undefined) return value;
  const choice = /^github\.event_name == '(\w+)'(?: && '(\w+)' \|\| '(\w+)')?$/.exec(expression);
  if (choice === null) throw new Error(`an expression that is not known here: ${expression}`);
  const [, wanted, yes = 'true', no = 'false'] = choice;
  return event === wanted ? yes : no;
}
