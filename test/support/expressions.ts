/** What GitHub would fill an expression in with. */
export interface ExpressionContext {
  /** `github.event_name`. */
  readonly event: string;
  /** `inputs.command` of a dispatch. @default none */
  readonly command?: string;
  /** The entry of the matrix. @default none */
  readonly matrix?: Readonly<Record<string, string>>;
  /** Others by their names, such as `steps.plan.outputs.access-change`. @default none */
  readonly values?: Readonly<Record<string, string>>;
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

/** Of the operators `==`, `!=`, `&&`, `||` and parentheses, in their order; an absent value is the empty text, as on GitHub. */
function valueOf(
  expression: string,
  { event, command = '', matrix = {}, values = {} }: ExpressionContext,
): string {
  const tokens = expression.match(/'[^']*'|always\(\)|[\w.-]+|[=!]=|&&|\|\||[()]/g) ?? [];
  if (tokens.join('') !== expression.replace(/\s(?=(?:[^']*'[^']*')*[^']*$)/g, '')) throw unknown(expression);
  const atom = (): string => {
    const token = tokens.shift() ?? '';
    if (token === '(') {
      const inner = either();
      if (tokens.shift() !== ')') throw unknown(expression);
      return inner;
    }
    if (token.startsWith("'")) return token.slice(1, -1);
    if (token === 'github.event_name') return event;
    if (token === 'inputs.command') return command;
    if (token === 'always()') return 'true';
    if (token === 'true' || token === 'false') return token;
    const value = values[token] ?? matrix[/^matrix\.(\w+)$/.exec(token)?.[1] ?? ''];
    if (value === undefined) throw unknown(expression);
    return value;
  };
  const next = (operator: string) => tokens[0] === operator && tokens.shift() !== undefined;
  const equal = (): string => {
    const left = atom();
    if (next('!=')) return String(left !== atom());
    return next('==') ? String(left === atom()) : left;
  };
  const isTrue = (value: string) => value !== '' && value !== 'false';
  const both = (): string => {
    let value = equal();
    while (next('&&')) {
      const right = equal();
      value = isTrue(value) ? right : value;
    }
    return value;
  };
  const either = (): string => {
    let value = both();
    while (next('||')) {
      const right = both();
      value = isTrue(value) ? value : right;
    }
    return value;
  };
  return either();
}

function unknown(expression: string): Error {
  return new Error(`an expression that is not known here: ${expression}`);
}
