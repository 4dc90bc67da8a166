/** Names that bootstrap.yaml gives its roles by default. */
export const stackRoles = { deploy: 'KolenaS3Deploy', plan: 'KolenaS3Plan' } as const;

/** A change to the lists of a stack. */
export interface StackChange {
  /** A role that the stack made: by it the stack is found. */
  readonly roleName: string;
  /** `add` puts items beside the present ones, `only` takes their place. */
  readonly how: 'add' | 'only';
  /** Of the parameters that hold lists, which grow when the config does. */
  readonly lists: Readonly<Partial<Record<'Buckets' | 'RoleName' | 'PolicyName', readonly string[]>>>;
}

/** CloudFormation's limit for the value of a parameter, in bytes. */
const VALUE_LIMIT = 4096;

/** The bash and AWS CLI command that updates a stack's lists alone; a list too long is refused with a pattern. */
export function stackCommand({ roleName, how, lists }: StackChange): string {
  const names = Object.keys(lists);
  // Each answer is kept before it is used: one that fails ends the command, and never leaves a list empty.
  const valueOf = (name: string, items: string) =>
    how === 'only'
      ? [`${name}='${items}'`]
      : [
          `${name}=$(of "?ParameterKey=='${name}'].ParameterValue")`,
          `${name}=$(printf '%s,%s' "$${name}" '${items}' | tr -d ' ' | tr , '\\n' | LC_ALL=C sort -u | paste -sd, -)`,
        ];
  const given = names.map((name) => `"ParameterKey=${name},ParameterValue=\\"$${name}\\""`).join(' ');
  const lines = [
    `stack=$(aws cloudformation describe-stack-resources --physical-resource-id '${roleName}' --query 'StackResources[0].StackName' --output text)`,
    `of() { aws cloudformation describe-stacks --stack-name "$stack" --query "Stacks[0].Parameters[$1" --output text; }`,
    ...Object.entries(lists).flatMap(([name, items]) => [
      ...valueOf(name, items.join(',')),
      ...(name === 'Buckets' ? [refusedWhenTooLong(items)] : []),
    ]),
    // Whatever the update does not name would fall back to its default.
    `others=$(of "?${names.map((name) => `ParameterKey!='${name}'`).join(' && ')}].join('',['ParameterKey=',ParameterKey,',UsePreviousValue=true'])")`,
    `aws cloudformation update-stack --stack-name "$stack" --use-previous-template --capabilities CAPABILITY_NAMED_IAM --parameters ${given} $others`,
    'aws cloudformation wait stack-update-complete --stack-name "$stack"',
  ];
  return `(set -e\n${lines.join('\n')})`;
}

function refusedWhenTooLong(names: readonly string[]): string {
  const prefix = commonPrefix(names);
  const pattern =
    prefix === undefined
      ? 'Put patterns such as acme-* in place of names.'
      : `${prefix}* in place of the names that begin with ${prefix} would do; it reaches later buckets of that kind too.`;
  return `[ "\${#Buckets}" -le ${VALUE_LIMIT} ] || { echo "Buckets would have \${#Buckets} characters; a parameter holds ${VALUE_LIMIT}. ${pattern}" >&2; exit 1; }`;
}

/** What the names begin with, up to a separator, if that is enough for the template's pattern. */
function commonPrefix([first = '', ...rest]: readonly string[]): string | undefined {
  const separators = [...first.matchAll(/[-._]/g)].map(({ index }) => first.slice(0, index + 1));
  return separators
    .reverse()
    .find((prefix) => prefix.length > 3 && rest.every((name) => name.startsWith(prefix)));
}
