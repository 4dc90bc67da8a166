/** What CloudFormation knows beside the parameters. */
export interface Place {
  readonly accountId: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default aws */
  readonly partition?: string;
}

interface Parameter {
  readonly Type: string;
  readonly Default?: string;
  readonly AllowedPattern?: string;
}

/** A resource with its properties filled in. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A template as text that was parsed. */
export interface Template {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Rules?: Readonly<
    Record<
      string,
      { RuleCondition: unknown; Assertions: readonly { Assert: unknown; AssertDescription: string }[] }
    >
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource & { readonly Condition?: string }>>;
  readonly Outputs: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
}

/** What CloudFormation makes of a template. */
export interface Stack {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, string>>;
}

const noValue = Symbol('AWS::NoValue');

/** Whether CloudFormation takes the value: the pattern holds the whole text, of a list each item. */
export function isAllowed({ AllowedPattern = '.*', Type }: Parameter, value: string): boolean {
  const whole = new RegExp(`^(?:${AllowedPattern})$`);
  return itemsOf(Type, value).every((one) => whole.test(one));
}

const itemsOf = (type: string, value: string): string[] =>
  type === 'CommaDelimitedList' ? value.split(',').map((one) => one.trim()) : [value];

/**
 * The template with parameters and functions filled in, as CloudFormation does it. Throws for what CloudFormation refuses: a value
 * that is missing, unknown or not allowed, a rule that does not hold, a function that gets another kind of value than it takes.
 */
export function resolveTemplate(
  template: Template,
  given: Readonly<Record<string, string>>,
  place: Place,
): Stack {
  const { accountId, region = 'us-east-1', partition = 'aws' } = place;
  const known: Record<string, unknown> = {
    'AWS::AccountId': accountId,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::NoValue': noValue,
    ...valuesOf(template, given),
  };
  const attributes = (name: string, attribute: string): string => {
    const { Type = '', Properties = {} } = template.Resources[name] ?? {};
    if (Type === 'AWS::IAM::Role' && attribute === 'Arn')
      return `arn:${partition}:iam::${accountId}:role/${text(resolve(Properties['RoleName']))}`;
    if (Type === 'AWS::IAM::OIDCProvider')
      return `arn:${partition}:iam::${accountId}:oidc-provider/${text(resolve(Properties['Url'])).replace('https://', '')}`;
    if (Type === 'AWS::S3::Bucket') return text(resolve(Properties['BucketName']));
    throw new Error(`${name}.${attribute} is not known`);
  };
  const lookUp = (name: string): unknown => {
    if (name in known) return known[name];
    const [resource = '', attribute = ''] = name.split('.');
    return attributes(resource, attribute);
  };
  const holds = (condition: unknown): boolean => {
    if (typeof condition === 'string') return holds(defined(template.Conditions[condition], condition));
    const [name, argument] = onlyEntry(condition);
    if (name === 'Condition') return holds(argument);
    const parts = argument as unknown[];
    if (name === 'Fn::Equals') return text(resolve(parts[0])) === text(resolve(parts[1]));
    if (name === 'Fn::Not') return !holds(parts[0]);
    if (name === 'Fn::And') return parts.every(holds);
    if (name === 'Fn::Or') return parts.some(holds);
    throw new Error(`${name} is not a condition`);
  };
  const functions: Readonly<Record<string, (argument: never) => unknown>> = {
    Ref: lookUp,
    'Fn::GetAtt': ([name, attribute]: [string, string]) => attributes(name, attribute),
    'Fn::If': ([condition, then, otherwise]: [string, unknown, unknown]) =>
      resolve(holds(condition) ? then : otherwise),
    'Fn::Join': ([delimiter, items]: [unknown, unknown]) =>
      list(resolve(items)).map(text).join(literal(delimiter)),
    'Fn::Split': ([delimiter, source]: [unknown, unknown]) => text(resolve(source)).split(literal(delimiter)),
    'Fn::Select': ([index, items]: [number, unknown]) =>
      defined(list(resolve(items))[index], `item ${index}`),
    'Fn::Sub': (argument: string | [string, Record<string, unknown>]) => {
      const [pattern, values] = typeof argument === 'string' ? [argument, {}] : argument;
      return literal(pattern).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
        if (!/^[\w.:]+$/.test(name)) throw new Error(`\${${name}} is not a variable`);
        return text(name in values ? resolve(values[name]) : lookUp(name));
      });
    },
  };
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((one) => one !== noValue);
    if (typeof value !== 'object' || value === null) return value;
    const [[name, argument] = ['', undefined]] = Object.entries(value);
    if (name === 'Ref' || name.startsWith('Fn::')) {
      onlyEntry(value);
      return defined(functions[name], name)(argument as never);
    }
    const entries = Object.entries(value).map(([key, one]) => [key, resolve(one)] as const);
    return Object.fromEntries(entries.filter(([, one]) => one !== noValue));
  }

  for (const { RuleCondition, Assertions } of Object.values(template.Rules ?? {}))
    for (const { Assert, AssertDescription } of Assertions)
      if (holds(RuleCondition) && !holds(Assert)) throw new Error(AssertDescription);
  const stands = ([, { Condition }]: [string, { readonly Condition?: string }]) =>
    Condition === undefined || holds(Condition);
  return {
    resources: Object.fromEntries(
      Object.entries(template.Resources)
        .filter(stands)
        .map(([id, resource]) => [id, { ...resource, Properties: resolve(resource.Properties) } as Resource]),
    ),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs)
        .filter(stands)
        .map(([id, { Value }]) => [id, text(resolve(Value))]),
    ),
  };
}

function valuesOf(template: Template, given: Readonly<Record<string, string>>): Record<string, unknown> {
  for (const name of Object.keys(given)) defined(template.Parameters[name], `parameter ${name}`);
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => {
      const value = defined(given[name] ?? parameter.Default, `value for ${name}`);
      if (!isAllowed(parameter, value))
        throw new Error(`${name} must match ${parameter.AllowedPattern ?? ''}`);
      const items = itemsOf(parameter.Type, value);
      return [name, parameter.Type === 'CommaDelimitedList' ? items : value];
    }),
  );
}

function onlyEntry(value: unknown): [string, unknown] {
  const entries = Object.entries(value as object) as [string, unknown][];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1)
    throw new Error(`not one function: ${JSON.stringify(value)}`);
  return entry;
}

function defined<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** Where CloudFormation takes no function. */
function literal(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text of its own: ${JSON.stringify(value)}`);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}
